import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../../scripts/kindred.mjs', import.meta.url));
const ADDRESS = /http:\/\/127\.0\.0\.1:(\d+)\/\?code=\S+/;
const GRACE_MS = 20_000;

/** The studio's engine in a process group of its own, started by what `npm start -- --no-open` runs. */
export class EngineProcess {
  readonly #library: string;
  #child: ChildProcess | null = null;
  #port = 0;
  #address = '';
  #said = '';

  constructor(library: string) {
    this.#library = library;
  }

  get port(): number {
    return this.#port;
  }

  /** What it printed last: worth one exchange. */
  get address(): string {
    return this.#address;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Everything it wrote since it was started. */
  get said(): string {
    return this.#said;
  }

  /** Starts it, on the port of the time before when there was one. @returns the address it prints. */
  async start(): Promise<string> {
    const words = ['start', '--no-open', '--library', this.#library, '--port', String(this.#port)];
    const child = spawn(process.execPath, [command, ...words], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    this.#said = '';
    const address = await new Promise<RegExpExecArray>((resolve, reject) => {
      const hear = (text: string): void => {
        this.#said += text;
        const found = ADDRESS.exec(this.#said);
        if (found) resolve(found);
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      child.once('exit', (code) => reject(new Error(`The engine ended with ${code}:\n${this.#said}`)));
    });
    this.#port = Number(address[1]);
    this.#address = address[0];
    return address[0];
  }

  /** Ends the engine as the kernel does, without a word; its children are left to notice. */
  async killAtOnce(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = null;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** As `killAtOnce`, with its children frozen before they can notice. @returns thaws them. */
  async killWithFrozenChildren(): Promise<() => void> {
    const group = this.#child!.pid!;
    process.kill(-group, 'SIGSTOP');
    await this.killAtOnce();
    return () => process.kill(-group, 'SIGCONT');
  }

  /** Asks it to end; after some seconds ends its whole group. @returns its exit code, null when it had to be killed. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    this.#child = null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill('SIGTERM');
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), GRACE_MS);
    const code = await ended;
    clearTimeout(timer);
    return code;
  }
}
