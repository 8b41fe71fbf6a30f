/** Which folders of a library are watched, and what is done when they change. */
import { statSync } from 'node:fs';
import { sep } from 'node:path';
import { messageOf } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { isolated } from '#contract/isolated-name.ts';
import { createFolderWatcher } from '#images/folder-watcher.ts';
import { lookAgain } from './import-jobs.ts';
import type { StudioSession } from './studio-session.ts';
import { WatchedFolders } from './watched-folders.ts';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

export function watchDatasets(session: StudioSession): WatchedFolders {
  const { folder: library, inbox } = session.wiring.layout;
  /** Folders added by their path that are there now; what was uploaded lies in the inbox and changes by nobody. */
  const folders = (): ReadonlyMap<string, DatasetId> =>
    new Map(
      session.stores.datasets
        .list()
        .flatMap(({ id, roots }) => roots.map(({ path }) => [path, id] as const))
        .filter(([path]) => !path.startsWith(inbox + sep) && isFolder(path)),
    );
  return new WatchedFolders({
    watcher: createFolderWatcher(library),
    folders,
    lookAgain: async (id) => {
      const dataset = session.stores.datasets.find(id);
      if (dataset !== null) await lookAgain(session, dataset);
    },
    onUnwatched: (folder, error) => {
      const text = `${isolated(folder)} is not watched for changes (${messageOf(error)}). After a change, look at the data set again yourself.`;
      session.jobs.start('import', 'Watching for changes', () => Promise.reject(new Error(text)));
    },
  });
}
