/** Who trains a run: whoever holds `run.lock` in its folder. */
import { join } from 'node:path';
import { KindredError } from '#base/errors.ts';
import { isTaken, takeExclusive } from '#database/exclusive-lock.ts';

const lockFile = (runFolder: string): string => join(runFolder, 'run.lock');

/** @throws KindredError `run.active` when another process trains the run. @returns lets go of it. */
export function holdRun(runFolder: string): () => void {
  const release = takeExclusive(lockFile(runFolder));
  if (release !== null) return release;
  const message = `The run in "${runFolder}" is being trained by another process. Pause it there first.`;
  throw new KindredError('run.active', message, { runFolder });
}

/** True while some process trains the run. */
export function isRunHeld(runFolder: string): boolean {
  return isTaken(lockFile(runFolder));
}
