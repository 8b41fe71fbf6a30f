/**
 * The engine as the program that started it sees it: a plain Node child that says what it does, one JSON object a line.
 *
 *   starting ──ready──▶ listening ──ends by itself──▶ starting again, on the same port: an open page finds it by itself
 *   starting ──ends───▶ once more on any port, where a port was asked for; else failed
 *   listening ──ends for the fourth time within a minute──▶ failed
 *   any ──close──▶ closed: its input ends, a run checkpoints, the child ends
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Activity, EndedRun, EngineLine } from '#contract/studio/desktop.ts';

const MOST_ENDS = 3;
const ENDS_WITHIN_MS = 60_000;
/** A checkpoint takes at most ten seconds or a step. */
const CLOSE_WITHIN_MS = 60_000;
const STATED = 'It ended without saying why.';

export interface EngineListener {
  /** After each start; the address carries a launch code. */
  readonly onReady: (address: string) => void;
  readonly onActivity: (activity: Activity) => void;
  readonly onRunEnded: (run: EndedRun) => void;
  /** It can't be kept running; told once, with the reason in words. */
  readonly onFailure: (reason: string) => void;
}

export class EngineChild {
  readonly #folder: string;
  readonly #listener: EngineListener;
  readonly #endsMs: number[] = [];
  #library: string | null = null;
  #child: ChildProcess | null = null;
  #closed: Promise<void> | null = null;

  /** @param folder holds `src-main` and `node_modules`: the checkout, or `engine/` of a packaged app. */
  constructor(folder: string, listener: EngineListener) {
    this.#folder = folder;
    this.#listener = listener;
  }

  /** @param port 0: any free one. @param library null: the platform's own. */
  start({ port, library }: { readonly port: number; readonly library: string | null }): void {
    this.#library = library;
    this.#startOn(port);
  }

  #startOn(port: number): void {
    const node = join(this.#folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    const entry = join(this.#folder, 'src-main', 'hosts', 'cli', 'main.ts');
    const library = this.#library === null ? [] : ['--library', this.#library];
    const words = ['studio', '--no-open', '--json', '--end-with-input', '--port', String(port), ...library];
    const child = spawn(node, [entry, ...words], {
      cwd: this.#folder,
      stdio: ['pipe', 'pipe', 'inherit'],
      windowsHide: true,
      // In a group of its own: Ctrl-C in a terminal is for the shell, which asks, and then ends its input.
      detached: process.platform !== 'win32',
      env: engineEnvironment(),
    });
    this.#child = child;
    let readyPort: number | null = null;
    let reason = STATED;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = lineIn(text);
      if (line?.event === 'studio.ready') readyPort = Number(new URL(line.address).port);
      if (line?.event === 'command.failed') reason = line.message;
      if (line !== null) this.#tell(line);
    });
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => (reason = error.message));
    child.once('close', () => {
      this.#child = null;
      if (this.#closed === null) this.#ended(port, readyPort, reason);
    });
  }

  /** Lets it end well, a run with its checkpoint; resolves when it is gone. */
  close(): Promise<void> {
    return (this.#closed ??= new Promise((resolve) => {
      const child = this.#child;
      if (child === null) return resolve();
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_WITHIN_MS);
      child.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      child.stdin?.end();
    }));
  }

  #tell(line: EngineLine): void {
    if (line.event === 'studio.ready') this.#listener.onReady(line.address);
    else if (line.event === 'studio.activity') this.#listener.onActivity(line);
    else if (line.event === 'studio.runEnded') this.#listener.onRunEnded(line);
  }

  #ended(askedPort: number, readyPort: number | null, reason: string): void {
    this.#listener.onActivity({ runs: 0, jobs: 0, share: null });
    if (readyPort === null) return askedPort === 0 ? this.#listener.onFailure(reason) : this.#startOn(0);
    const nowMs = performance.now();
    this.#endsMs.push(nowMs);
    const recent = this.#endsMs.filter((ms) => nowMs - ms < ENDS_WITHIN_MS);
    if (recent.length > MOST_ENDS) this.#listener.onFailure(reason);
    else this.#startOn(readyPort);
  }
}

/** An AppImage is mounted under a new name each time, so compiled code would be kept each time and never found again. */
function engineEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const isAppImage = env['APPIMAGE'] !== undefined;
  return { TF_CPP_MIN_LOG_LEVEL: '2', ...(isAppImage ? { NODE_DISABLE_COMPILE_CACHE: '1' } : {}), ...env };
}

/** null for what is not a line of ours. */
function lineIn(text: string): EngineLine | null {
  try {
    return JSON.parse(text) as EngineLine;
  } catch {
    return null;
  }
}
