/**
 * Where an uploaded folder goes. A browser tells no real paths, so a folder is known again by its name and by the paths in
 * it: one that has some in common with an earlier upload is that folder, changed, and takes its place.
 */
import { basename } from 'node:path';
import { folderName, freeName } from '#application/importing/choose-dataset.ts';
import type { ImportRequest } from '#application/import-folders.ts';
import type { Dataset } from '#application/ports/library.ts';
import type { StudioSession } from './studio-session.ts';

export interface UploadedFolder {
  readonly batch: string;
  readonly name: string;
}

type Places = Pick<StudioSession, 'inbox' | 'stores'>;

/** A root of a dataset that was uploaded under this name too. */
interface EarlierUpload {
  readonly dataset: Dataset;
  readonly root: string;
  readonly batch: string;
}

export function uploadRequest(places: Places, folder: UploadedFolder): ImportRequest {
  const { inbox, stores } = places;
  const root = inbox.rootOf(folder.batch, folder.name);
  const owner = stores.datasets.findByRoot(root);
  if (owner !== null) return { folders: [root], name: owner.name };
  const paths = pathsOf(places, folder.batch);
  let likest: { upload: EarlierUpload; common: number } | null = null;
  for (const upload of earlierUploads(places, folder)) {
    const common = commonPaths(paths, pathsOf(places, upload.batch));
    if (common > (likest?.common ?? 0)) likest = { upload, common };
  }
  if (likest === null) return { folders: [root], name: freeName(stores.datasets, folderName(folder.name)) };
  return { folders: [root], name: likest.upload.dataset.name, instead: likest.upload.root };
}

/** What has arrived of a folder, and what need not be sent because an earlier upload has it. */
export function uploadedFiles(places: Places, folder: UploadedFolder) {
  const earlier = earlierUploads(places, folder).flatMap(({ batch }) =>
    places.inbox
      .entries(batch)
      .filter(({ isLeftOut, modifiedMs }) => isLeftOut !== true && modifiedMs !== undefined)
      .map(({ name, relativePath, sizeBytes, modifiedMs }) => ({
        sameAs: `${batch}/${name}`,
        relativePath,
        sizeBytes,
        modifiedMs: modifiedMs!,
      })),
  );
  return { relativePaths: [...pathsOf(places, folder.batch)], earlier };
}

function earlierUploads({ inbox, stores }: Places, { batch, name }: UploadedFolder): readonly EarlierUpload[] {
  const called = basename(inbox.rootOf(batch, name));
  return stores.datasets.list().flatMap((dataset) =>
    dataset.roots.flatMap(({ path: root }) => {
      const its = basename(root) === called ? inbox.batchOf(root) : null;
      return its === null || its === batch ? [] : [{ dataset, root, batch: its }];
    }),
  );
}

function pathsOf({ inbox }: Places, batch: string): ReadonlySet<string> {
  return new Set(inbox.entries(batch).map(({ relativePath }) => relativePath));
}

/** How many paths two uploads share; none when what was dropped is not the same folders. */
function commonPaths(paths: ReadonlySet<string>, others: ReadonlySet<string>): number {
  const [tops, otherTops] = [topsOf(paths), topsOf(others)];
  if (tops.size !== otherTops.size || ![...tops].every((top) => otherTops.has(top))) return 0;
  return [...paths].filter((path) => others.has(path)).length;
}

const topsOf = (paths: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...paths].map((path) => path.split('/', 1)[0]!));
