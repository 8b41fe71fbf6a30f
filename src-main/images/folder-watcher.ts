import { subscribe, type Event } from '@parcel/watcher';
import { statSync } from 'node:fs';
import { basename, dirname, relative, sep } from 'node:path';
import type { FolderWatcher } from '#application/ports/images.ts';
import { isSkippedFolder, kindOfName } from '#application/ports/scan-rules.ts';

/** By the system's own means (inotify, FSEvents, ReadDirectoryChangesW), on a thread of the package's. */
export function createFolderWatcher(libraryFolder: string): FolderWatcher {
  return {
    watch: async (folder, onChange, onGone) => {
      const options = { ignore: [libraryFolder] };
      const subscription = await subscribe(
        folder,
        (error, events) => {
          if (error !== null || events.some(({ path, type }) => path === folder && type === 'delete')) onGone();
          if (events.some((event) => mayMatter(folder, event))) onChange();
        },
        options,
      );
      return () => subscription.unsubscribe();
    },
  };
}

/** False for what a scan would pass over. What went may have been a folder, whatever its name. */
function mayMatter(root: string, { path, type }: Event): boolean {
  const parents = relative(root, dirname(path)).split(sep);
  if (parents.some(isSkippedFolder) || isSkippedFolder(basename(path))) return false;
  if (type === 'delete' || kindOfName(basename(path)) !== 'none') return true;
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
