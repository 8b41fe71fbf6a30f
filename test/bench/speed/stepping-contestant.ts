/**
 * A contestant that makes one step after another and prints a line after each. Between its turns all its processes are
 * halted, so that contestants can take turns without starting anew; its speed is taken from when its lines arrive.
 */
import { createInterface } from 'node:readline';
import { ProcessGroup } from './process-group.ts';
import type { Contestant, Racer } from './row.ts';

export interface SteppingCommand {
  readonly name: string;
  readonly command: string;
  readonly words: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Tells the lines that end a step from others. */
  readonly isStep: (line: string) => boolean;
  readonly unitsPerStep: number;
  /** Steps at the start of a turn that don't count: the halted one, and what had been prepared ahead. */
  readonly stepsSkipped: number;
  readonly secondsOfTurn: number;
}

/** The rate of a turn is that of at least so many steps. */
const LEAST_STEPS = 3;
const WARM_STEPS = 4;

export function steppingContestant(command: SteppingCommand): Contestant {
  return { name: command.name, start: () => SteppingRacer.start(command) };
}

class SteppingRacer implements Racer {
  readonly #command: SteppingCommand;
  readonly #group: ProcessGroup;
  #onStep: () => void = () => {};
  #steps = 0;

  private constructor(command: SteppingCommand) {
    this.#command = command;
    this.#group = new ProcessGroup(command.command, command.words, command.environment);
    createInterface(this.#group.child.stdout!).on('line', (line) => {
      if (!command.isStep(line)) return;
      this.#steps += 1;
      this.#onStep();
    });
  }

  static async start(command: SteppingCommand): Promise<SteppingRacer> {
    const racer = new SteppingRacer(command);
    await racer.#until(() => racer.#steps >= WARM_STEPS);
    racer.#group.signal('SIGSTOP');
    return racer;
  }

  readonly turn = async (): Promise<number> => {
    const { stepsSkipped, secondsOfTurn, unitsPerStep } = this.#command;
    const first = this.#steps + stepsSkipped;
    let [startMs, lastMs] = [0, 0];
    this.#group.signal('SIGCONT');
    await this.#until(() => {
      lastMs = performance.now();
      if (this.#steps === first) startMs = lastMs;
      return this.#steps >= first + LEAST_STEPS && lastMs - startMs >= 1000 * secondsOfTurn;
    });
    this.#group.signal('SIGSTOP');
    return (unitsPerStep * 1000 * (this.#steps - first)) / (lastMs - startMs);
  };

  readonly facts = () => ({ memoryMB: Math.round(this.#group.memoryBytes() / 1e6) });

  readonly stop = (): Promise<void> => this.#group.end();

  /** Looks after each step. @throws Error when the processes end before. */
  #until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onStep = () => isDone() && resolve();
      void this.#group.ended.then(() =>
        reject(new Error(`"${this.#command.name}" ended by itself. It said: ${this.#group.lastWords}`)),
      );
    });
  }
}
