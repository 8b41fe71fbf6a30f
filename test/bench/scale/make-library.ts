/**
 * Makes the library that the scale bench looks at: files with thumbnails, and a finished run with embeddings.
 *
 *   npx node test/bench/scale/make-library.ts --library DIR [--files 1000000] [--images FILES] [--embeddings 100000]
 *
 * Rows are written straight through the database's own schema, so nothing has to be decoded or trained.
 */
import Sqlite from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { libraryLayout } from '#application/library-layout.ts';
import { LIBRARY_DATABASE, openLibraryForWriting } from '#database/open-library.ts';
import { writeRows } from './library-rows.ts';
import type { LibrarySize } from './library-size.ts';
import { writeThumbnails } from './library-thumbnails.ts';
import { writeRunWithVectors } from './library-vectors.ts';

/** Leaves a library that is there as it is, and thumbnails too. */
export async function makeLibrary(folder: string, size: LibrarySize, note: (text: string) => void): Promise<void> {
  if (existsSync(join(folder, LIBRARY_DATABASE))) return;
  const { thumbnails } = libraryLayout(folder);
  const startMs = performance.now();
  const say = (what: string): void => note(`${what} after ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  openLibraryForWriting(folder, 'bench', 0).close();
  const database = new Sqlite(join(folder, LIBRARY_DATABASE));
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -500000');
  writeRows(database, size);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  say('rows');
  await writeRunWithVectors(folder, size);
  say('embeddings');
  if (!existsSync(thumbnails)) await writeThumbnails(thumbnails, size.images);
  say('thumbnails');
}

if (import.meta.main) {
  const options = { library: { type: 'string' }, files: { type: 'string', default: '1000000' } } as const;
  const more = { images: { type: 'string' }, embeddings: { type: 'string', default: '100000' } } as const;
  const { values } = parseArgs({ options: { ...options, ...more } });
  if (values.library === undefined) throw new Error('Name a folder that is not there yet: --library DIR.');
  const files = Number(values.files);
  const images = Math.min(files, Number(values.images ?? files));
  const embeddings = Math.min(images, Number(values.embeddings));
  await makeLibrary(values.library, { files, images, embeddings }, (text) => console.log(text));
}
