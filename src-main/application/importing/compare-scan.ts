import type { FileId } from '#base/ids.ts';
import type { FilePlace, KnownFile } from '../ports/library.ts';
import type { DatasetScan, PlacedProblem } from './scan-dataset.ts';

/** A file whose bytes must be looked at: never met, changed, or a problem the last time. */
export interface FileToDescribe {
  readonly place: FilePlace;
  readonly known: KnownFile | null;
}

/** What an import has to do, by comparing the disk with the library. */
export interface ImportPlan {
  /** In scan order. */
  readonly toDescribe: readonly FileToDescribe[];
  /** Files with the bytes the library knows, whose place says something new (or who came back). */
  readonly toReplace: readonly { readonly fileId: FileId; readonly place: FilePlace }[];
  readonly problems: readonly (PlacedProblem & { readonly known: KnownFile | null })[];
  /** Files of the library that are not on disk where they were. */
  readonly gone: readonly KnownFile[];
  /** Files with the bytes the library knows. */
  readonly unchanged: number;
}

/** The same size and time of change: the bytes are taken to be the same. */
function hasSameBytes(known: KnownFile, place: FilePlace): boolean {
  return known.imageId !== null && known.sizeBytes === place.sizeBytes && known.modifiedMs === place.modifiedMs;
}

function saysTheSame(known: KnownFile, place: FilePlace): boolean {
  return (
    known.state === 'present' &&
    known.folderLabel === place.folderLabel &&
    known.split === place.split &&
    known.folderTags.length === place.folderTags.length &&
    known.folderTags.every((tag) => place.folderTags.includes(tag))
  );
}

export function compareScan(knownFiles: Iterable<KnownFile>, scan: DatasetScan): ImportPlan {
  const unmet = new Map<string, KnownFile>();
  for (const known of knownFiles) unmet.set(known.path, known);
  const meet = (path: string): KnownFile | null => {
    const known = unmet.get(path) ?? null;
    unmet.delete(path);
    return known;
  };

  const toDescribe: FileToDescribe[] = [];
  const toReplace: { fileId: FileId; place: FilePlace }[] = [];
  let unchanged = 0;
  for (const place of scan.files) {
    const known = meet(place.path);
    if (known === null || !hasSameBytes(known, place)) toDescribe.push({ place, known });
    else {
      unchanged++;
      if (!saysTheSame(known, place)) toReplace.push({ fileId: known.id, place });
    }
  }
  const problems = scan.problems.map((one) => ({ ...one, known: meet(one.place.path) }));
  return { toDescribe, toReplace, problems, gone: [...unmet.values()], unchanged };
}
