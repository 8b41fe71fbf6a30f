/**
 * Files a browser uploaded, in the library's `inbox/`. Those of a dataset are originals, never deleted by any command;
 * pictures to search by are copies, which go when nobody has looked at them for a month.
 *
 * B1  Uploaded names are data: on disk a file is named by the hash of its bytes and of its relative path.
 * B2  A batch's manifest names what is here, a line a file, written after the file is whole: what it names is there.
 * B3  A batch is scanned as a folder whose files lie at their relative paths, so labels come out as from a real one.
 * B4  A file whose bytes did not come is named there too, with the cause: a problem of the import, as in a real folder.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { FileScanner } from '#application/ports/images.ts';
import { KindredError } from '#base/errors.ts';
import { type InboxEntry, readEntries, scanEntries, writeEntry } from './inbox-manifest.ts';

const QUERIES = 'queries';
const KEPT_UNUSED_MS = 30 * 24 * 3600 * 1000;
/** Long or odd names only make the dataset's root hard to read. */
const ROOT_NAME_LENGTH = 60;
const LONGEST_PATH = 4096;

/** A file of a folder as the browser tells it. */
export interface UploadedFile {
  readonly relativePath: string;
  readonly modifiedMs: number;
}

/** A path below a folder: no empty, dotted or control parts. @throws KindredError `image.badName`. */
function checkedPath(text: string): string {
  const parts = text.normalize('NFC').split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\p{Cc}\\]/u.test(part));
  if (isPlain && text.length <= LONGEST_PATH) return parts.join('/');
  const message = 'Its path cannot be kept: it has a backslash, a control character or an empty part, or is too long.';
  throw new KindredError('image.badName', message, { path: text });
}

/** What a path that cannot be kept is listed by. */
function showablePath(text: string): string {
  const parts = text.normalize('NFC').split('/');
  const kept = parts.filter((part) => part !== '' && part !== '.' && part !== '..');
  const plain = kept.join('/').replaceAll(/[\p{Cc}\\]/gu, '\u{FFFD}');
  return plain.slice(-LONGEST_PATH);
}

const digestOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 12);

export class Inbox {
  readonly #folder: string;

  /** @param folder absolute; the library's `inbox/`. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The root under which a batch's files stand in a dataset. Nothing lies on disk there but by `scanner`. */
  rootOf(batch: string, name: string): string {
    const plain = name
      .replaceAll(/[^\p{L}\p{N} ._-]/gu, '_')
      .replaceAll(/^\.+/g, '_')
      .slice(0, ROOT_NAME_LENGTH);
    return join(this.#folder, batch, plain === '' ? 'files' : plain);
  }

  /** What is known of a batch's files, in the order they came. */
  entries(batch: string): readonly InboxEntry[] {
    return readEntries(this.#of(batch));
  }

  /** The batch that a root of a dataset stands for; null for a folder of the disk. */
  batchOf(root: string): string | null {
    const below = relative(this.#folder, root).split(sep);
    return /^[0-9a-f]{32}$/.test(below[0] ?? '') ? below[0]! : null;
  }

  /** Streams one file of a batch to the disk. @throws KindredError `image.badName`, `usage.invalid`. */
  async keep(
    batch: string,
    { relativePath: path, modifiedMs }: UploadedFile,
    body: ReadableStream,
    sizeBytes: number,
  ): Promise<void> {
    const relativePath = checkedPath(path);
    const name = await keepStream(this.#of(batch), body, sizeBytes, (hash) => `${hash}-${digestOf(relativePath)}`);
    writeEntry(this.#of(batch), { name, relativePath, sizeBytes, modifiedMs, uploadedMs: Date.now() });
  }

  /**
   * Takes the bytes of a file from an earlier batch, where they are called `name`.
   * @returns false when they are not there; they have to be sent then.
   */
  keepAgain(batch: string, { relativePath: path, modifiedMs }: UploadedFile, earlier: string, name: string): boolean {
    const relativePath = checkedPath(path);
    if (!/^[0-9a-f]{64}-[0-9a-f]{12}$/.test(name) || !name.endsWith(digestOf(relativePath))) return false;
    const [from, to] = [join(this.#of(earlier), name), join(this.#of(batch), name)];
    const sizeBytes = statSync(from, { throwIfNoEntry: false })?.size;
    if (sizeBytes === undefined) return false;
    mkdirSync(this.#of(batch), { recursive: true, mode: 0o700 });
    if (!existsSync(to)) linkOrCopy(from, to);
    writeEntry(this.#of(batch), { name, relativePath, sizeBytes, modifiedMs, uploadedMs: Date.now() });
    return true;
  }

  /** Names a file whose bytes did not come. */
  leaveOut(batch: string, { relativePath: path, modifiedMs }: UploadedFile, problem?: InboxEntry['problem']): void {
    const relativePath = showablePath(path);
    if (relativePath === '') return;
    const name = `left-out-${digestOf(relativePath)}`;
    const entry = { name, relativePath, sizeBytes: 0, modifiedMs, uploadedMs: Date.now(), isLeftOut: true };
    writeEntry(this.#of(batch), problem === undefined ? entry : { ...entry, problem });
  }

  /** Keeps one picture to search by. @returns its upload id: the SHA-256 of its bytes. */
  async keepQuery(body: ReadableStream, sizeBytes: number): Promise<string> {
    return keepStream(join(this.#folder, QUERIES), body, sizeBytes, (hash) => hash);
  }

  /** Where a picture to search by lies, which counts as looking at it; null when there is none of this id. */
  queryPath(uploadId: string): string | null {
    const path = join(this.#folder, QUERIES, uploadId);
    if (!/^[0-9a-f]{64}$/.test(uploadId) || !existsSync(path)) return null;
    const now = new Date();
    utimesSync(path, now, now);
    return path;
  }

  /** Deletes pictures to search by that nobody has looked at for a month, and what came of them only in part. */
  async forgetQueries(): Promise<void> {
    const folder = join(this.#folder, QUERIES);
    for (const name of existsSync(folder) ? await readdir(folder) : []) {
      const path = join(folder, name);
      if (Date.now() - (await stat(path)).mtimeMs > KEPT_UNUSED_MS) await rm(path, { force: true });
    }
  }

  /** Finds the files of batches by their manifests, everything else by `other`. */
  scanner(other: FileScanner): FileScanner {
    const scanBatch = (root: string) => {
      const batch = this.batchOf(root);
      return batch === null ? null : scanEntries(this.#of(batch));
    };
    return {
      scan: async function* (roots, signal) {
        for (const root of roots) {
          const found = scanBatch(root);
          if (found === null) yield* other.scan([root], signal);
          else yield found;
        }
      },
    };
  }

  #of(batch: string): string {
    return join(this.#folder, batch);
  }
}

/** One file under two names where the disk can do that: originals are never written. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    const temporary = `${to}.part`;
    copyFileSync(from, temporary);
    renameSync(temporary, to);
  }
}

/** Writes under another name first; @returns the name made of the SHA-256 of the bytes. */
async function keepStream(
  folder: string,
  body: ReadableStream,
  sizeBytes: number,
  nameOf: (hash: string) => string,
): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${randomUUID()}.part`);
  const digest = createHash('sha256');
  let received = 0;
  const counting = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      received += chunk.length;
      digest.update(chunk);
      done(
        received > sizeBytes ? new KindredError('usage.invalid', 'More bytes came than were declared.') : null,
        chunk,
      );
    },
  });
  try {
    await pipeline(Readable.fromWeb(body), counting, createWriteStream(temporary, { mode: 0o600 }));
    if (received !== sizeBytes) {
      throw new KindredError('usage.invalid', `${received} of ${sizeBytes} declared bytes came. Send the file again.`);
    }
    const name = nameOf(digest.digest('hex'));
    renameSync(temporary, join(folder, name));
    return name;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
