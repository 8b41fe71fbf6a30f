/**
 * Finds pictures below folders.
 *
 * Guarantees: every folder is entered once, whatever links lead to it, so loops end; nothing but folders is ever
 * opened, so pipes, sockets and devices cannot block; the order is that of the names' bytes, files before folders, and
 * the same on every scan; whatever cannot be looked at is a problem with its cause, and the scan goes on.
 */
import { isUtf8 } from 'node:buffer';
import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf } from '#base/errors.ts';
import type { FileScanner, PathProblem, ScanBatch, ScannedFile } from '#application/ports/images.ts';
import { isSkippedFolder, kindOfName } from '#application/ports/scan-rules.ts';

/** Files in a batch, about: a folder's files are divided, those of small folders collected. */
const BATCH_FILES = 256;
/** Files whose size is asked for at the same time. */
const ASKED_AT_ONCE = 64;

interface Found {
  files: ScannedFile[];
  problems: PathProblem[];
}

interface Folder {
  readonly path: string;
  /** Path below the root with a `/` at its end, or nothing for the root itself. */
  readonly prefix: string;
}

/** @param libraryFolder left out wherever it is met; it need not exist. */
export function createFileScanner(libraryFolder: string | null = null): FileScanner {
  return {
    scan: async function* (roots, signal) {
      const entered = new Set<string>();
      const library = libraryFolder === null ? null : await identityOf(libraryFolder).catch(() => null);
      if (library !== null) entered.add(library);
      let found: Found = { files: [], problems: [] };
      for (const root of roots) {
        for await (const part of scanRoot(resolve(root), entered, signal)) {
          signal.throwIfAborted();
          found.files.push(...part.files);
          found.problems.push(...part.problems);
          if (found.files.length + found.problems.length < BATCH_FILES) continue;
          yield found;
          found = { files: [], problems: [] };
        }
      }
      if (found.files.length + found.problems.length > 0) yield found;
    },
  };
}

/** A root may also be a single file. */
async function* scanRoot(root: string, entered: Set<string>, signal: AbortSignal): AsyncGenerator<ScanBatch> {
  const stats = await statOf(root);
  if (stats instanceof Error) {
    const isMissing = errorCode(stats) === 'ENOENT';
    const message = isMissing
      ? `There is no "${root}". Check the path, or connect the volume it is on.`
      : `Cannot look at "${root}": ${reasonOf(stats)}.`;
    yield { files: [], problems: [{ path: root, code: isMissing ? 'folder.missing' : 'folder.unreadable', message }] };
  } else if (stats.isDirectory()) {
    yield* scanFolders({ path: root, prefix: '' }, entered, signal);
  } else {
    yield lookAt({ path: dirname(root), prefix: '' }, basename(root), stats);
  }
}

async function* scanFolders(root: Folder, entered: Set<string>, signal: AbortSignal): AsyncGenerator<ScanBatch> {
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    signal.throwIfAborted();
    let entries: Dirent<Buffer>[];
    try {
      const identity = await identityOf(folder.path);
      if (entered.has(identity)) continue;
      entered.add(identity);
      entries = await readdir(folder.path, { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      const message = `Cannot read the folder "${folder.path}": ${reasonOf(error)}. Its files are left out.`;
      yield { files: [], problems: [{ path: folder.path, code: 'folder.unreadable', message }] };
      continue;
    }
    entries.sort((a, b) => Buffer.compare(a.name, b.name));
    const folders: Folder[] = [];
    for (let i = 0; i < entries.length; i += ASKED_AT_ONCE) {
      signal.throwIfAborted();
      yield await lookAtEntries(folder, entries.slice(i, i + ASKED_AT_ONCE), folders);
    }
    waiting.push(...folders.reverse());
  }
}

/** What makes two paths one folder. @throws when it cannot be looked at. */
async function identityOf(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return ino === 0n ? realpath(path) : `${dev}:${ino}`;
}

async function lookAtEntries(
  folder: Folder,
  entries: readonly Dirent<Buffer>[],
  folders: Folder[],
): Promise<ScanBatch> {
  const found: Found = { files: [], problems: [] };
  const parts = await Promise.all(entries.map((entry) => lookAtEntry(folder, entry)));
  for (const part of parts) {
    if (part === null) continue;
    if ('prefix' in part) folders.push(part);
    else {
      found.files.push(...part.files);
      found.problems.push(...part.problems);
    }
  }
  return found;
}

/** @returns a folder to enter, what a file gives, or null for what is passed over. */
async function lookAtEntry(folder: Folder, entry: Dirent<Buffer>): Promise<ScanBatch | Folder | null> {
  const name = entry.name.toString();
  if (!isUtf8(entry.name)) return badName(folder, entry, name);
  const path = join(folder.path, name);
  const subfolder = { path, prefix: `${folder.prefix}${name}/` };
  if (entry.isDirectory()) return isSkippedFolder(name) ? null : subfolder;
  const kind = kindOfName(name);
  if (kind === 'none' && !(entry.isSymbolicLink() && !isSkippedFolder(name))) return null;
  const stats = await statOf(path);
  if (!(stats instanceof Error) && stats.isDirectory()) return isSkippedFolder(name) ? null : subfolder;
  return kind === 'none' ? null : lookAt(folder, name, stats);
}

function badName(folder: Folder, entry: Dirent<Buffer>, name: string): ScanBatch | null {
  const isFolder = entry.isDirectory();
  if (isFolder ? isSkippedFolder(name) : kindOfName(name) === 'none') return null;
  const path = join(folder.path, name);
  const message = `The name of "${name}" is not valid Unicode (bytes ${entry.name.toString('hex')}), so it cannot be kept. Rename it and import again.`;
  return problemOnly(path, isFolder ? 'folder.unreadable' : 'image.badName', message);
}

/** What one file, looked at or not to be looked at, gives. */
function lookAt(folder: Folder, name: string, stats: Stats | Error): ScanBatch {
  const path = join(folder.path, name);
  if (stats instanceof Error) {
    const isGone = errorCode(stats) === 'ENOENT';
    const message = isGone
      ? `"${name}" is gone, or a link to nothing. Import again when it is back.`
      : `Cannot look at "${name}": ${reasonOf(stats)}.`;
    return problemOnly(path, isGone ? 'image.vanished' : 'image.unreadable', message);
  }
  if (!stats.isFile()) {
    return problemOnly(path, 'image.unsupported', `"${name}" is ${specialKind(stats)}, not a file. It was not opened.`);
  }
  if (kindOfName(name) !== 'picture') {
    const message = `"${name}" is of a format that is not supported. Convert it to JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP.`;
    return problemOnly(path, 'image.unsupported', message);
  }
  if (stats.size === 0) {
    return problemOnly(path, 'image.empty', `"${name}" has 0 bytes. Skipped until it is copied again.`);
  }
  const file = { path, relativePath: `${folder.prefix}${name}`, sizeBytes: stats.size, modifiedMs: stats.mtimeMs };
  return { files: [file], problems: [] };
}

const problemOnly = (path: string, code: string, message: string): ScanBatch => ({
  files: [],
  problems: [{ path, code, message }],
});

function specialKind(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isDirectory() ? 'a folder' : 'a device';
}

async function statOf(path: string): Promise<Stats | Error> {
  try {
    return await stat(path);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const errorCode = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined);

function reasonOf(error: unknown): string {
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'you have no permission',
    EPERM: 'you have no permission',
    ELOOP: 'its links lead in a circle',
    ENAMETOOLONG: 'its path is too long',
    ENOENT: 'it is gone',
    EIO: 'the disk reports an error',
  };
  return reasons[String(errorCode(error))] ?? messageOf(error);
}
