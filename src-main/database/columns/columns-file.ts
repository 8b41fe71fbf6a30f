/**
 * The columns of a library on disk, so that the next start need not read them from the tables: a JSON head with its
 * length before it, then each column's bytes. Can be made again at any time; never read unless its token is the one that
 * the database holds (0006).
 */
import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { FileColumns } from './file-columns.ts';
import { ImageColumns } from './image-columns.ts';

const FORMAT = 2;
const FILE_COLUMNS = [
  'id',
  'dataset',
  'state',
  'split',
  'hasFolderLabel',
  'label',
  'folder',
  'tags',
  'image',
  'modifiedMs',
] as const;
const IMAGE_COLUMNS = ['id', 'traits', 'year', 'brightness', 'sharpness', 'pixels', 'captured', 'hash'] as const;
const HASH_BYTES = 32;

/** The rows of a dataset's files (null: of all files) in the order of their paths. */
export interface PathOrder {
  readonly datasetId: number | null;
  readonly rows: Int32Array;
}

export interface KeptColumns {
  readonly files: FileColumns;
  readonly images: ImageColumns;
  /** The newest change in them; see 0005. */
  readonly applied: number;
  /** Of the files as they are in the columns. */
  readonly pathOrders: readonly PathOrder[];
}

interface Head {
  readonly format: number;
  readonly token: string;
  readonly applied: number;
  readonly files: number;
  readonly images: number;
  readonly labels: readonly string[];
  readonly folders: readonly string[];
  readonly tagSets: readonly string[];
  readonly years: readonly string[];
  readonly pathOrders: readonly { readonly datasetId: number | null; readonly count: number }[];
}

/** Replaces the file, whole or not at all. */
export function writeColumns(path: string, token: string, kept: KeptColumns): void {
  const { files, images, applied, pathOrders } = kept;
  const head: Head = {
    format: FORMAT,
    token,
    applied,
    files: files.count,
    images: images.count,
    labels: files.labels.texts,
    folders: files.folders.texts,
    tagSets: files.tagSets.keys,
    years: images.years.texts,
    pathOrders: pathOrders.map(({ datasetId, rows }) => ({ datasetId, count: rows.length })),
  };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(8);
  length.writeDoubleLE(text.length);
  const temporary = `${path}.new`;
  const handle = openSync(temporary, 'w');
  try {
    for (const bytes of [length, text, ...columnBytes(kept)]) {
      for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done);
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, path);
}

/** null when there is no such file, or not of this token, or it can't be read. */
export function readColumns(path: string, token: string): KeptColumns | null {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const length = Buffer.alloc(8);
    readWhole(handle, length);
    const text = Buffer.alloc(length.readDoubleLE());
    readWhole(handle, text);
    const head = JSON.parse(text.toString()) as Head;
    if (head.format !== FORMAT || head.token !== token) return null;
    const files = new FileColumns(head.labels, head.folders, head.tagSets);
    const images = new ImageColumns(head.years);
    files.makeRoom(head.files);
    images.makeRoom(head.images);
    files.count = head.files;
    images.count = head.images;
    const pathOrders = head.pathOrders.map(({ datasetId, count }) => ({ datasetId, rows: new Int32Array(count) }));
    const kept = { files, images, applied: head.applied, pathOrders };
    for (const bytes of columnBytes(kept)) readWhole(handle, bytes);
    return kept;
  } catch {
    return null;
  } finally {
    closeSync(handle);
  }
}

/** What each column's rows take in memory. */
function columnBytes({ files, images, pathOrders }: KeptColumns): Uint8Array[] {
  const bytesOf = (column: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number }, length: number): Uint8Array =>
    new Uint8Array(column.buffer, column.byteOffset, length * column.BYTES_PER_ELEMENT);
  return [
    ...FILE_COLUMNS.map((name) => bytesOf(files[name], files.count)),
    ...IMAGE_COLUMNS.map((name) => bytesOf(images[name], images.count * (name === 'hash' ? HASH_BYTES : 1))),
    ...pathOrders.map(({ rows }) => bytesOf(rows, rows.length)),
  ];
}

/** @throws Error when the file ends too early. */
function readWhole(handle: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    const got = readSync(handle, bytes, done, bytes.length - done, null);
    if (got === 0) throw new Error('The file ends too early.');
    done += got;
  }
}
