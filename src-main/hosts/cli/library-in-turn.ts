/** Holding the library for a training, at once or when it is its turn. */
import { setTimeout as wait } from 'node:timers/promises';
import type { LibraryStores } from '#application/ports/library.ts';
import type { QueuedTraining } from '#application/ports/training-queue.ts';
import { isKindredError, KindredError } from '#base/errors.ts';
import type { Cli } from './command.ts';

const LOOK_AGAIN_MS = 500;

export interface LibraryInTurn {
  readonly stores: LibraryStores;
  /** To be called once the run stands in the library: until then it is listed as waiting. */
  readonly leaveQueue: () => void;
}

/** @throws KindredError `library.locked`, saying how to wait. */
export async function holdAtOnce({ wiring }: Cli): Promise<LibraryInTurn> {
  try {
    return { stores: await wiring.holdLibrary('train'), leaveQueue: () => {} };
  } catch (error) {
    if (!isKindredError(error) || error.code !== 'library.locked') throw error;
    const text = `${error.message} With --queue this training waits for its turn.`;
    throw new KindredError(error.code, text, error.data, error);
  }
}

/** Waits until those that came before have had their turn and nobody holds the library. @throws `job.interrupted`. */
export async function holdInTurn(cli: Cli, training: QueuedTraining): Promise<LibraryInTurn> {
  const { wiring, output, signal } = cli;
  const place = (await wiring.queue()).join(training);
  wiring.onClose(() => place.leave());
  let told: number | null = null;
  for (;;) {
    const before = place.before();
    const stores = before === 0 ? await holdIfFree(cli) : null;
    if (stores !== null) return { stores, leaveQueue: () => place.leave() };
    if (before !== told) {
      output.event({ event: 'run.queued', runId: training.id, before });
      const who = before === 0 ? 'another process to be done with the library' : `${before} more before it`;
      output.line(`Waiting in the queue for ${who}. Ctrl-C leaves it.`);
      told = before;
    }
    await wait(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {
      throw new KindredError('job.interrupted', 'Left the queue; nothing was started.');
    });
  }
}

async function holdIfFree({ wiring }: Cli): Promise<LibraryStores | null> {
  try {
    return await wiring.holdLibrary('train');
  } catch (error) {
    if (isKindredError(error) && error.code === 'library.locked') return null;
    throw error;
  }
}
