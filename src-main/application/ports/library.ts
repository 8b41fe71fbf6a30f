/**
 * What the use cases need of the library's memory: datasets, their files, and the images the files hold.
 * Implemented by `database/`. All calls but `inTurns` are synchronous; several become one by `LibraryStores.transaction`.
 */
import type { DatasetId, FileId, ImageId } from '#base/ids.ts';
import type { ImageFacts } from './images.ts';
import type { RunStore } from './runs.ts';
import type { SavedViewStore } from './saved-views.ts';
import type { UndoStore } from './undo.ts';

export type Split = 'train' | 'val' | 'test';

/** present: holds an image. missing: held one, and is gone. problem: is there, and can't be read. */
export type FileState = 'present' | 'missing' | 'problem';

/** Whether sub-folders are labels. auto: by their names; else as the user said. */
export type FolderLabels = 'auto' | 'always' | 'never';

/** A folder that was imported into a dataset. */
export interface DatasetRoot {
  readonly id: number;
  /** Absolute. */
  readonly path: string;
}

export interface Dataset {
  readonly id: DatasetId;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** When an import last went through to its end; null: never. */
  readonly importedMs: number | null;
  readonly roots: readonly DatasetRoot[];
}

export interface DatasetCounts {
  /** Files present. */
  readonly files: number;
  /** Different images among them. */
  readonly images: number;
  readonly missing: number;
  readonly problems: number;
}

/** What removing a dataset takes out of the library. */
export interface RemovalCounts {
  /** Rows of files in any state. */
  readonly files: number;
  /** Images that no other dataset holds. */
  readonly images: number;
  /** Labels and tags the user gave to those images. */
  readonly userLabels: number;
  readonly userTags: number;
}

/** A file by what it holds. */
export interface HeldFile {
  readonly fileId: FileId;
  readonly imageId: ImageId | null;
  /** Of its image, when no other dataset holds it. */
  readonly ownContentHash: string | null;
}

/** Datasets that were removed and can be brought back. All other calls pass them over. */
export interface RemovedDatasets {
  /** What it was called; null when it is not among them. */
  readonly nameOf: (id: DatasetId) => string | null;
  readonly putAway: (id: DatasetId, removedMs: number) => void;
  /** @param name must be free. */
  readonly bringBack: (id: DatasetId, name: string) => void;
  /** From here on it is being erased: out of sight, and never brought back. */
  readonly giveUp: (id: DatasetId) => void;
  /** Those put away before this moment, and those given up. */
  readonly toErase: (beforeMs: number) => readonly DatasetId[];
}

export interface DatasetStore {
  /** @throws KindredError `dataset.nameTaken`. */
  readonly insert: (name: string, createdMs: number) => Dataset;
  /** Names differ by more than case. */
  readonly findByName: (name: string) => Dataset | null;
  readonly find: (id: DatasetId) => Dataset | null;
  /** The dataset that has this folder as a root, the oldest if several. */
  readonly findByRoot: (path: string) => Dataset | null;
  /** By name. */
  readonly list: () => readonly Dataset[];
  readonly counts: (id: DatasetId) => DatasetCounts;
  /** The root with this path, made when it is not there. */
  readonly addRoot: (id: DatasetId, path: string) => DatasetRoot;
  /** The root lies elsewhere now; the next import knows its files by their paths below it. */
  readonly moveRoot: (rootId: number, path: string) => void;
  /** @param labelReason why folders became labels or did not, in a sentence. */
  readonly markImported: (id: DatasetId, importedMs: number, labelReason: string) => void;
  readonly folderLabels: (id: DatasetId) => FolderLabels;
  readonly setFolderLabels: (id: DatasetId, choice: FolderLabels) => void;
  /** Key of the encoder somebody has settled on; null: nobody has. */
  readonly encoderChoice: (id: DatasetId) => string | null;
  readonly setEncoderChoice: (id: DatasetId, key: string | null) => void;
  /** @throws KindredError `dataset.nameTaken`. */
  readonly rename: (id: DatasetId, name: string) => void;
  readonly removalCounts: (id: DatasetId) => RemovalCounts;
  /** Some files of the dataset in order of id, those after `after`; none at the end. */
  readonly filesOf: (id: DatasetId, after: FileId | null) => readonly HeldFile[];
  /** Deletes a file, and its image when no other file holds it. */
  readonly removeFile: (file: HeldFile) => void;
  /** Deletes the dataset with all files that are left of it. */
  readonly remove: (id: DatasetId) => void;
  readonly removed: RemovedDatasets;
}

export interface FileProblem {
  readonly code: string;
  readonly message: string;
}

/** What an import must know of a file it has met before. */
export interface KnownFile {
  readonly id: FileId;
  readonly path: string;
  readonly rootId: number;
  /** Below its root, where `path` is not simply that: the root has moved, or its files lie elsewhere. Else null. */
  readonly relativePath: string | null;
  readonly sizeBytes: number | null;
  readonly modifiedMs: number | null;
  readonly state: FileState;
  readonly imageId: ImageId | null;
  readonly folderLabel: string | null;
  /** By name. */
  readonly folderTags: readonly string[];
  readonly split: Split | null;
}

/** Where a file is and what its place says of it. */
export interface FilePlace {
  readonly rootId: number;
  readonly path: string;
  /** Below the root, separated by `/`. */
  readonly relativePath: string;
  readonly sizeBytes: number | null;
  readonly modifiedMs: number | null;
  /** Label and tags by the folders the file lies in. */
  readonly folderLabel: string | null;
  readonly folderTags: readonly string[];
  readonly split: Split | null;
}

/** What a file holds: an image, or a problem. */
export type FileContent =
  { readonly imageId: ImageId; readonly problem: null } | { readonly imageId: null; readonly problem: FileProblem };

/** A row of a listing. */
export interface LibraryFile {
  readonly id: FileId;
  readonly datasetId: DatasetId;
  readonly path: string;
  readonly relativePath: string;
  readonly sizeBytes: number | null;
  readonly modifiedMs: number | null;
  readonly state: FileState;
  readonly problem: FileProblem | null;
  /** The user's label of the image, else the folder's. */
  readonly label: string | null;
  readonly split: Split | null;
  readonly imageId: ImageId | null;
  readonly contentHash: string | null;
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  readonly capturedAt: string | null;
}

export interface FileFilter {
  readonly datasetId: DatasetId;
  readonly state?: FileState;
  /** null: files without a label. */
  readonly label?: string | null;
  readonly split?: Split | null;
  readonly tag?: string;
}

/** An image of a dataset as training and embedding take it. */
export interface DatasetImage {
  readonly imageId: ImageId;
  readonly contentHash: string;
  /** Equal for images that show the same pixels though their bytes differ. */
  readonly pixelHash: string;
  /** A present file that holds it. */
  readonly path: string;
  /** Of the original, upright. */
  readonly size: { readonly widthPx: number; readonly heightPx: number };
  readonly label: string | null;
  readonly split: Split | null;
}

export interface FileStore {
  /** Every file of the dataset, by id. */
  readonly known: (id: DatasetId) => Iterable<KnownFile>;
  readonly insert: (id: DatasetId, place: FilePlace, content: FileContent) => FileId;
  /** Says anew where a file is and what it holds; it is present or a problem after this. */
  readonly replace: (fileId: FileId, place: FilePlace, content: FileContent) => void;
  /** Says anew what the file's place says of it; a missing one becomes present again. */
  readonly replacePlace: (fileId: FileId, place: FilePlace) => void;
  /** Marks a file gone; a row that never held an image is deleted. */
  readonly markMissing: (fileId: FileId) => void;
  readonly find: (fileId: FileId) => LibraryFile | null;
  /** In order of id, those after `afterId`, at most `limit`. */
  readonly page: (filter: FileFilter, afterId: FileId | null, limit: number) => readonly LibraryFile[];
  readonly count: (filter: FileFilter) => number;
  /** Present files by label, the most frequent first. */
  readonly labelCounts: (id: DatasetId) => readonly { readonly label: string | null; readonly files: number }[];
  /** Each image once per split in which it has a present file, by image id. */
  readonly images: (id: DatasetId) => readonly DatasetImage[];
  /** The same in the same order, in pieces that take some milliseconds each and are read when they are asked for. */
  readonly imagesInPieces: (id: DatasetId) => Iterable<readonly DatasetImage[]>;
  /** A present file that holds the image, or null. */
  readonly pathOf: (imageId: ImageId) => string | null;
  /** How many of the files hold an image, and those images, each once. */
  readonly holding: (fileIds: readonly FileId[]) => { readonly files: number; readonly images: readonly ImageId[] };
}

/** An image as the library remembers it; the descriptor lives with the vectors. */
export type LibraryImage = Omit<ImageFacts, 'descriptor'> & { readonly id: ImageId };

export interface ImageStore {
  /** The id of the image with these bytes, remembered when new. */
  readonly put: (facts: Omit<ImageFacts, 'descriptor'>) => ImageId;
  readonly find: (id: ImageId) => LibraryImage | null;
  readonly findByHash: (contentHash: string) => LibraryImage | null;
  /** Whether a dataset that is not being erased has a file with it. */
  readonly isHeld: (contentHash: string) => boolean;
  /** Gives `to` the user's tags of `from`, and its label when `to` has none. @returns whether there was any to give. */
  readonly carryOver: (from: ImageId, to: ImageId) => boolean;
  /** The user's label for every file of the image; null takes it back, and folders speak again. */
  readonly setLabel: (id: ImageId, label: string | null) => void;
  readonly labelOf: (id: ImageId) => string | null;
  readonly addTag: (id: ImageId, tag: string) => void;
  readonly removeTag: (id: ImageId, tag: string) => void;
  /** The user's tags, by name. */
  readonly tagsOf: (id: ImageId) => readonly string[];
}

export interface LibraryStores {
  readonly datasets: DatasetStore;
  readonly files: FileStore;
  readonly images: ImageStore;
  readonly runs: RunStore;
  readonly savedViews: SavedViewStore;
  readonly undo: UndoStore;
  /** Remembers by which token a file of columns is this library's; see 0006. */
  readonly markColumns: (token: string) => void;
  /** All of what `work` writes, or nothing when it throws. Not nested. */
  readonly transaction: <T>(work: () => T) => T;
  /**
   * Writes in short transactions with other work between them, so that many rows hold up nobody; a write is whole or not
   * at all. All are on the disk when it resolves. When one throws, those of its transaction are undone.
   */
  readonly inTurns: (writes: Iterable<() => void>) => Promise<void>;
}
