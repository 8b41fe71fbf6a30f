import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EngineLine } from '#contract/studio/desktop.ts';

const script = fileURLToPath(new URL('scripted-engine.ts', import.meta.url));

/** One life of the scripted engine. */
export class EngineLife {
  readonly words: readonly string[];
  readonly #socket: Socket;
  /** Its input has ended: it was asked to end. */
  readonly inputEnded: Promise<void>;

  constructor(socket: Socket, words: readonly string[], inputEnded: Promise<void>) {
    this.#socket = socket;
    this.words = words;
    this.inputEnded = inputEnded;
  }

  say(line: EngineLine): void {
    this.#socket.write(`${JSON.stringify({ say: line })}\n`);
  }

  exit(code: number): void {
    this.#socket.write(`${JSON.stringify({ exit: code })}\n`);
  }
}

/** A folder that looks like the app's to the shell, with an engine in it that a test speaks for. */
export class EngineStage {
  readonly folder: string;
  readonly socketPath: string;
  readonly #server: Server;
  readonly #lives: EngineLife[] = [];
  readonly #waiting: ((life: EngineLife) => void)[] = [];

  /** @param folder empty. */
  constructor(folder: string) {
    this.folder = folder;
    this.socketPath = join(folder, 'socket');
    const entry = join(folder, 'src-main', 'hosts', 'cli', 'main.ts');
    const node = join(folder, 'node_modules', 'node', 'bin', 'node');
    for (const path of [entry, node]) mkdirSync(dirname(path), { recursive: true });
    copyFileSync(script, entry);
    symlinkSync(process.execPath, node);
    this.#server = createServer((socket) => this.#began(socket)).listen(this.socketPath);
  }

  /** The next life that has not been asked for yet. */
  nextLife(): Promise<EngineLife> {
    const life = this.#lives.shift();
    return life ? Promise.resolve(life) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#server.close();
  }

  #began(socket: Socket): void {
    const inputEnded = Promise.withResolvers<void>();
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      const said = JSON.parse(line) as { readonly words?: readonly string[]; readonly inputEnded?: true };
      if (said.inputEnded) inputEnded.resolve();
      if (!said.words) return;
      const life = new EngineLife(socket, said.words, inputEnded.promise);
      const taker = this.#waiting.shift();
      if (taker) taker(life);
      else this.#lives.push(life);
    });
  }
}
