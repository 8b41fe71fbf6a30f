/** The training thread's ports that lead to the main thread: metrics, checkpoints, and the wish to stop. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CheckpointStore, LoopControl, MetricSink } from '#training/ports.ts';
import { errorOf } from './error-facts.ts';
import type { FromTraining, ToTraining } from './messages.ts';

export class ThreadLink implements MetricSink, LoopControl {
  readonly #stopFlag: Int32Array;
  readonly tell: (message: FromTraining) => void;
  readonly #writes = new Map<number, PromiseWithResolvers<{ sizeBytes: number }>>();
  #lastId = 0;
  #onStored: () => void = () => {};

  constructor(stopFlag: Int32Array, tell: (message: FromTraining) => void) {
    this.#stopFlag = stopFlag;
    this.tell = tell;
  }

  readonly record: MetricSink['record'] = (event) => this.tell({ kind: 'event', event });

  readonly isPauseRequested = (): boolean => Atomics.load(this.#stopFlag, 0) !== 0;

  readonly breathe = (): Promise<void> => nextTurn();

  /** Writing is the main thread's; reading was done before this thread began. */
  readonly checkpoints: Pick<CheckpointStore, 'write'> = {
    write: (checkpoint, marks) => {
      const id = ++this.#lastId;
      const answer = Promise.withResolvers<{ sizeBytes: number }>();
      this.#writes.set(id, answer);
      this.tell({ kind: 'checkpoint', id, checkpoint, marks });
      return answer.promise;
    },
  };

  /** Sends vectors on and waits until they are stored or a stop is asked for. */
  async sendVectors(first: number, values: Float32Array, dimensions: number): Promise<void> {
    const stored = new Promise<void>((resolve) => {
      this.#onStored = resolve;
    });
    this.tell({ kind: 'vectors', first, values, dimensions });
    await stored;
  }

  readonly hear = (message: ToTraining): void => {
    if (message.kind === 'stored') this.#onStored();
    else if (message.kind === 'written') this.#settled(message.id)?.resolve({ sizeBytes: message.sizeBytes });
    else this.#settled(message.id)?.reject(errorOf(message.error));
  };

  #settled(id: number): PromiseWithResolvers<{ sizeBytes: number }> | undefined {
    const answer = this.#writes.get(id);
    this.#writes.delete(id);
    return answer;
  }
}
