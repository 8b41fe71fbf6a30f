/**
 * Writing that has to be durable step by step: a generator that yields a file's handle wherever it must be on the disk
 * before it goes on. Who runs it waits for that at once, or lets others have their turn meanwhile.
 */
import { fsync, fsyncSync } from 'node:fs';
import { promisify } from 'node:util';

export type SyncSteps<T> = Generator<number, T, void>;

export function syncAtOnce<T>(steps: SyncSteps<T>): T {
  for (let step = steps.next(); ;) {
    if (step.done === true) return step.value;
    try {
      fsyncSync(step.value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next();
  }
}

const syncInBackground = promisify(fsync);

export async function syncInTurns<T>(steps: SyncSteps<T>): Promise<T> {
  for (let step = steps.next(); ;) {
    if (step.done === true) return step.value;
    try {
      await syncInBackground(step.value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next();
  }
}
