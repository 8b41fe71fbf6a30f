import { fork, type ChildProcess } from 'node:child_process';
import type { DecoderOutcome, DecoderReply, DecoderTask } from './decoder-messages.ts';
import type { DecodeLimits } from './limits.ts';

/** Why a child ended though nobody asked it to. */
export type DeathCause =
  | { readonly kind: 'neverStarted'; readonly said: string }
  | { readonly kind: 'silent'; readonly afterMs: number }
  | { readonly kind: 'overMemory'; readonly residentBytes: number }
  | { readonly kind: 'crashed'; readonly how: string };

export interface ChildEvents {
  /** One task is answered. */
  readonly answered: (id: number, outcome: DecoderOutcome) => void;
  /** The child is gone with these tasks unanswered; called at most once, not after `end`. */
  readonly died: (unanswered: readonly DecoderTask[], cause: DeathCause) => void;
}

const KEPT_ERROR_TEXT = 2_000;

/** One decoder process and the tasks it owes answers for. It is ended when it is silent for too long. */
export class DecoderChild {
  readonly #process: ChildProcess;
  readonly #events: ChildEvents;
  readonly #limits: DecodeLimits;
  readonly #owed = new Map<number, DecoderTask>();
  readonly #gone: Promise<void>;
  #isReady = false;
  #isEnded = false;
  #errorText = '';
  #cause: DeathCause | null = null;
  #silence: NodeJS.Timeout | null = null;

  constructor(entry: URL, limits: DecodeLimits, events: ChildEvents) {
    this.#events = events;
    this.#limits = limits;
    this.#process = fork(entry, [JSON.stringify(limits)], {
      serialization: 'advanced',
      execArgv: [],
      // One heap arena: libvips' short-lived threads would each keep their own. No warnings about every bad picture.
      env: { ...process.env, MALLOC_ARENA_MAX: '2', VIPS_WARNING: '0', G_MESSAGES_DEBUG: '' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-KEPT_ERROR_TEXT);
    });
    this.#process.on('message', (reply: DecoderReply) => this.#receive(reply));
    this.#process.on('error', (error) => (this.#errorText += error.message));
    this.#gone = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.#bury(code, signal);
        resolve();
      });
    });
  }

  get processId(): number | undefined {
    return this.#process.pid;
  }

  /** How many tasks await answers. */
  get owed(): number {
    return this.#owed.size;
  }

  send(tasks: readonly DecoderTask[]): void {
    for (const task of tasks) this.#owed.set(task.id, task);
    this.#listenForSilence();
    // When the channel is closed already, `close` follows and buries the tasks.
    this.#process.send(tasks, () => {});
  }

  /** Ends the process at once; nothing it writes can be left half done. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#process.kill('SIGKILL');
    await this.#gone;
  }

  #receive(reply: DecoderReply): void {
    if (reply.kind === 'ready') this.#isReady = true;
    if (reply.kind === 'overMemory') this.#cause = { kind: 'overMemory', residentBytes: reply.residentBytes };
    if (reply.kind === 'done') {
      for (const { id, outcome } of reply.answers) {
        if (this.#owed.delete(id) && !this.#isEnded) this.#events.answered(id, outcome);
      }
    }
    this.#listenForSilence();
  }

  #listenForSilence(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
    if (this.#owed.size === 0) return;
    this.#silence = setTimeout(() => {
      this.#cause = { kind: 'silent', afterMs: this.#limits.timeoutMs };
      this.#process.kill('SIGKILL');
    }, this.#limits.timeoutMs);
  }

  #bury(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    if (this.#isEnded) return;
    this.#isEnded = true;
    const how = signal ?? `exit code ${code}`;
    const said = this.#errorText.trim();
    // Killed from outside while it was starting is no fault of the set-up: another one will start.
    const unforeseen: DeathCause =
      this.#isReady || signal === 'SIGKILL' ? { kind: 'crashed', how } : { kind: 'neverStarted', said: said || how };
    this.#events.died([...this.#owed.values()], this.#cause ?? unforeseen);
  }
}
