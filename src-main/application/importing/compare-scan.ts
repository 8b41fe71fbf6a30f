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
    known.path === place.path &&
    known.folderLabel === place.folderLabel &&
    known.split === place.split &&
    known.folderTags.length === place.folderTags.length &&
    known.folderTags.every((tag) => place.folderTags.includes(tag))
  );
}

/** Files of the library that the scan has not met yet: by their paths, else by their places below a root that moved. */
class UnmetFiles {
  readonly #byPath = new Map<string, KnownFile>();
  #byPlace: Map<string, KnownFile> | null = null;

  constructor(knownFiles: Iterable<KnownFile>) {
    for (const known of knownFiles) this.#byPath.set(known.path, known);
  }

  get left(): readonly KnownFile[] {
    return [...this.#byPath.values()];
  }

  meet({ path }: FilePlace): KnownFile | null {
    const known = this.#byPath.get(path) ?? null;
    this.#byPath.delete(path);
    return known;
  }

  /** For places that no path has met; asked when all paths have been. */
  meetMoved({ rootId, relativePath }: FilePlace): KnownFile | null {
    this.#byPlace ??= this.#moved();
    const key = placeKey(rootId, relativePath);
    const known = this.#byPlace.get(key) ?? null;
    this.#byPlace.delete(key);
    if (known !== null) this.#byPath.delete(known.path);
    return known;
  }

  #moved(): Map<string, KnownFile> {
    const byPlace = new Map<string, KnownFile>();
    for (const known of this.#byPath.values())
      if (known.relativePath !== null) byPlace.set(placeKey(known.rootId, known.relativePath), known);
    return byPlace;
  }
}

const placeKey = (rootId: number, relativePath: string): string => `${rootId}/${relativePath}`;

export function compareScan(knownFiles: Iterable<KnownFile>, scan: DatasetScan): ImportPlan {
  const unmet = new UnmetFiles(knownFiles);
  const places = [...scan.files, ...scan.problems.map(({ place }) => place)];
  const met = places.map((place) => unmet.meet(place));
  places.forEach((place, i) => (met[i] ??= unmet.meetMoved(place)));

  const toDescribe: FileToDescribe[] = [];
  const toReplace: { fileId: FileId; place: FilePlace }[] = [];
  let unchanged = 0;
  scan.files.forEach((place, i) => {
    const known = met[i] ?? null;
    if (known === null || !hasSameBytes(known, place)) toDescribe.push({ place, known });
    else {
      unchanged++;
      if (!saysTheSame(known, place)) toReplace.push({ fileId: known.id, place });
    }
  });
  const problems = scan.problems.map((one, i) => ({ ...one, known: met[scan.files.length + i] ?? null }));
  return { toDescribe, toReplace, problems, gone: unmet.left, unchanged };
}
