/** The folders of all runs: which there are, and how one goes, so that an end at any moment leaves whole runs or traces. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunHost } from '#application/ports/runs.ts';
import { KindredError } from '#base/errors.ts';
import { isRunId, type RunId } from '#base/ids.ts';
import { isRunHeld } from './run-lock.ts';

const PUT_ASIDE = '.removing-';

/** True while some process trains one of them. @param runsFolder absolute. */
export function isSomeRunHeld(runsFolder: string): boolean {
  const { listFolders } = runFolders(runsFolder);
  return listFolders().some((id) => isRunHeld(join(runsFolder, id)));
}

/** @param runsFolder absolute; the library's `runs/`. */
export function runFolders(
  runsFolder: string,
): Pick<RunHost, 'listFolders' | 'removeFolder' | 'putAside' | 'listPutAside' | 'removePutAside'> {
  const idsOf = (prefix: string): readonly RunId[] =>
    (existsSync(runsFolder) ? readdirSync(runsFolder) : [])
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .filter(isRunId);
  const remove = (name: string): void => rmSync(join(runsFolder, name), { recursive: true, force: true });
  return {
    listFolders: () => idsOf(''),
    removeFolder: (id) => remove(id),
    putAside: (id) => {
      const folder = join(runsFolder, id);
      if (isRunHeld(folder)) {
        throw new KindredError('run.active', `Run ${id} is being trained. Pause it first.`, { id });
      }
      if (existsSync(folder)) renameSync(folder, join(runsFolder, PUT_ASIDE + id));
    },
    listPutAside: () => idsOf(PUT_ASIDE),
    removePutAside: (id) => remove(PUT_ASIDE + id),
  };
}
