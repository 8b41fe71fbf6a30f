import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Call, Told } from './reports.ts';

const runner = fileURLToPath(new URL('run.ts', import.meta.url));
const ANSWER_WITHIN_MS = 50_000;

export interface ShellOptions {
  /** A built main process or preload script. */
  readonly file: string;
  readonly appFolder: string;
  /** After the program's own name, as of a packaged app. */
  readonly words?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** A built file of the Electron shell, running on the stand-in for Electron. */
export class ShellProcess {
  readonly calls: Call[] = [];
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (answer: Answer) => void>();
  readonly #watchers = new Set<() => void>();
  #asked = 0;

  constructor({ file, appFolder, words = [], variables = {} }: ShellOptions) {
    const env = { ...process.env, DOUBLE_IS_PACKAGED: '1', DOUBLE_APP_FOLDER: appFolder, ...variables };
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    this.#child = spawn(process.execPath, [runner, file, ...words], { env, stdio: [...stdio] });
    this.ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
    this.#child.on('message', (told: Call | Answer) => {
      if ('id' in told) this.#answers.get(told.id)?.(told);
      else this.calls.push(told);
      for (const watch of this.#watchers) watch();
    });
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  called(name: string): readonly (readonly Told[])[] {
    return this.calls.filter(({ call }) => call === name).map(({ args }) => args);
  }

  /** Arguments of the n-th call of that name, once it has been made. */
  async call(name: string, n = 1): Promise<readonly Told[]> {
    for (;;) {
      const found = this.called(name)[n - 1];
      if (found) return found;
      await this.#next(`call ${n} of ${name}`);
    }
  }

  /** Fires an event. @returns whether it was prevented. */
  fire(on: string, event: string, fields: object = {}, ...args: readonly Told[]): Promise<Told> {
    return this.#do({ do: 'fire', on, event, fields, args });
  }

  /** What a handler answers; "(answer)" stands for the function it answers by. */
  ask(handler: string, ...args: readonly Told[]): Promise<Told> {
    return this.#do({ do: 'ask', handler, args });
  }

  send(channel: string, from: 'page' | 'frame' = 'page'): Promise<Told> {
    return this.#do({ do: 'send', channel, from });
  }

  answerDialog(response: number): Promise<Told> {
    return this.#do({ do: 'answer', response });
  }

  click(menu: 'application' | 'tray', label: string): Promise<Told> {
    return this.#do({ do: 'click', menu, label });
  }

  menu(menu: 'application' | 'tray'): Promise<Told> {
    return this.#do({ do: 'menu', menu });
  }

  use(exposed: string, member: string, ...args: readonly Told[]): Promise<Told> {
    return this.#do({ do: 'use', exposed, member, args });
  }

  async #do(command: object): Promise<Told> {
    const id = this.#asked++;
    const answered = new Promise<Answer>((resolve) => this.#answers.set(id, resolve));
    this.#child.send({ id, ...command });
    const { result, error } = await answered;
    if (error !== null) throw new Error(error);
    return result;
  }

  #next(awaited: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (end: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
        end();
      };
      const watch = (): void => done(resolve);
      const came = (): string => this.calls.map(({ call }) => call).join(', ');
      const late = (): void => done(() => reject(new Error(`${awaited} did not come; there came ${came()}.`)));
      const timer = setTimeout(late, ANSWER_WITHIN_MS);
      this.#watchers.add(watch);
    });
  }
}
