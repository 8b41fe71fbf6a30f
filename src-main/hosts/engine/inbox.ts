/**
 * Files a browser uploaded, in the library's `inbox/`. Those of a dataset are originals, never deleted by any command;
 * pictures to search by are copies, which go when nobody has looked at them for a month.
 *
 * B1  Uploaded names are data: on disk a file is named by the hash of its bytes and of its relative path.
 * B2  A batch's manifest names what is here, a line a file, written after the file is whole: what it names is there.
 * B3  A batch is scanned as a folder whose files lie at their relative paths, so labels come out as from a real one.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { FileScanner, PathProblem, ScannedFile } from '#application/ports/images.ts';
import { KindredError } from '#base/errors.ts';
import { kindOfName } from '#contract/scan-rules.ts';

const QUERIES = 'queries';
const KEPT_UNUSED_MS = 30 * 24 * 3600 * 1000;
const MANIFEST = 'manifest.jsonl';
/** Long or odd names only make the dataset's root hard to read. */
const ROOT_NAME_LENGTH = 60;

export interface InboxEntry {
  readonly name: string;
  readonly relativePath: string;
  readonly sizeBytes: number;
  readonly uploadedMs: number;
}

/** A path below a folder: no empty, dotted or control parts. @throws KindredError `usage.invalid`. */
function checkedPath(text: string): string {
  const parts = text.normalize('NFC').split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\p{Cc}\\]/u.test(part));
  if (isPlain && text.length <= 4096) return parts.join('/');
  throw new KindredError('usage.invalid', 'The path of an uploaded file must lie below a folder.', { path: text });
}

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

  /** Whether two roots are one folder at two times: it is called the same, and some of the same paths lie in it. */
  isSameFolder(root: string, other: string): boolean {
    const [batch, otherBatch] = [this.#batchOf(root), this.#batchOf(other)];
    if (batch === null || otherBatch === null || basename(root) !== basename(other)) return false;
    const paths = new Set(this.entries(batch).map(({ relativePath }) => relativePath));
    return this.entries(otherBatch).some(({ relativePath }) => paths.has(relativePath));
  }

  /** Files of a batch that are here whole, in the order they came. */
  entries(batch: string): readonly InboxEntry[] {
    let text = '';
    try {
      text = readFileSync(join(this.#folder, batch, MANIFEST), 'utf8');
    } catch {
      return [];
    }
    const lines = text.split('\n').filter((line) => line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as InboxEntry);
  }

  /** Streams one file of a batch to the disk. @throws KindredError `usage.invalid` for its path. */
  async keep(batch: string, path: string, body: ReadableStream, sizeBytes: number): Promise<void> {
    const relativePath = checkedPath(path);
    const folder = join(this.#folder, batch);
    const pathHash = createHash('sha256').update(relativePath).digest('hex').slice(0, 12);
    const name = await keepStream(folder, body, sizeBytes, (hash) => `${hash}-${pathHash}`);
    const entry: InboxEntry = { name, relativePath, sizeBytes, uploadedMs: Date.now() };
    appendFileSync(join(folder, MANIFEST), `${JSON.stringify(entry)}\n`);
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
    const batchOf = (root: string): string | null => this.#batchOf(root);
    const scanBatch = (batch: string) => this.#scanBatch(batch);
    return {
      scan: async function* (roots, signal) {
        for (const root of roots) {
          const batch = batchOf(root);
          if (batch === null) yield* other.scan([root], signal);
          else yield scanBatch(batch);
        }
      },
    };
  }

  /** null for a root that is no batch's. */
  #batchOf(root: string): string | null {
    const below = relative(this.#folder, root).split(sep);
    return /^[0-9a-f]{32}$/.test(below[0] ?? '') ? below[0]! : null;
  }

  #scanBatch(batch: string): { readonly files: readonly ScannedFile[]; readonly problems: readonly PathProblem[] } {
    const entries = new Map(this.entries(batch).map((entry) => [entry.relativePath, entry]));
    const files: ScannedFile[] = [];
    const problems: PathProblem[] = [];
    const paths = [...entries.keys()].toSorted();
    const common = sharedFolder(paths);
    for (const [relativePath, { name, sizeBytes, uploadedMs }] of [...entries].toSorted(([a], [b]) =>
      a < b ? -1 : 1,
    )) {
      const kind = kindOfName(basename(relativePath));
      const path = join(this.#folder, batch, name);
      const below = relativePath.slice(common.length);
      if (kind === 'picture') files.push({ path, relativePath: below, sizeBytes, modifiedMs: uploadedMs });
      else if (kind !== 'none') {
        const message = `"${below}" is of a format that is not supported. Convert it to JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP.`;
        problems.push({ path, code: 'image.unsupported', message });
      }
    }
    return { files, problems };
  }
}

/** The folder that was dropped, with its slash, when all files lie in it: it is the root, not a label. */
function sharedFolder(paths: readonly string[]): string {
  const first = paths[0]?.includes('/') ? `${paths[0].split('/')[0]}/` : '';
  return paths.every((path) => path.startsWith(first)) ? first : '';
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
