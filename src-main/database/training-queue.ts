/**
 * The queue of a library, on disk: `queue/<run id>.json` says what waits, `queue/<run id>.lock` is held by the process that
 * waits. An id begins with the time it was made, so the order of names is the order of coming.
 *
 * Q1  What waits is named only while its lock is held: a process that dies has left the queue.
 * Q2  The lock is taken before the name is written, so a name without a holder is a dead one's, and may be removed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QueuedTraining, QueuePlace, TrainingQueue } from '#application/ports/training-queue.ts';
import { isRunId, type RunId } from '#base/ids.ts';
import { isTaken, takeExclusive } from './exclusive-lock.ts';

const ENDING = '.json';

/** @param folder absolute; made when something joins. */
export function trainingQueue(folder: string): TrainingQueue {
  const fileOf = (id: RunId): string => join(folder, id + ENDING);
  const lockOf = (id: RunId): string => join(folder, `${id}.lock`);
  const named = (): readonly RunId[] =>
    (existsSync(folder) ? readdirSync(folder) : [])
      .filter((name) => name.endsWith(ENDING))
      .map((name) => name.slice(0, -ENDING.length))
      .filter(isRunId)
      .toSorted();
  const remove = (id: RunId): void => {
    rmSync(fileOf(id), { force: true });
    rmSync(lockOf(id), { force: true });
  };
  const sweep = (): void => {
    for (const id of named()) if (!isTaken(lockOf(id))) remove(id);
  };
  const waiting = (): readonly RunId[] => named().filter((id) => isTaken(lockOf(id)));

  return {
    join: (training): QueuePlace => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      sweep();
      const { id } = training;
      const letGo = takeExclusive(lockOf(id));
      if (letGo === null) throw new Error(`${id} waits already.`);
      writeFileSync(`${fileOf(id)}.new`, JSON.stringify(training), { mode: 0o600 });
      renameSync(`${fileOf(id)}.new`, fileOf(id));
      let isWaiting = true;
      return {
        before: () => waiting().filter((other) => other < id).length,
        leave: () => {
          if (!isWaiting) return;
          isWaiting = false;
          remove(id);
          letGo();
          sweep();
        },
      };
    },
    list: () => waiting().flatMap((id) => read(fileOf(id))),
  };
}

/** Nothing when it has left between two looks. */
function read(file: string): readonly QueuedTraining[] {
  try {
    return [JSON.parse(readFileSync(file, 'utf8')) as QueuedTraining];
  } catch {
    return [];
  }
}
