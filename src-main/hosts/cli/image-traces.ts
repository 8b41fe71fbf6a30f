/**
 * All that a library keeps of images beside its database, as one: thumbnails, vectors under every encoder, pixels of every
 * side, columns. `leaving.json` in the library's folder names images that are being forgotten.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LibraryLayout } from '#application/library-layout.ts';
import type { ImageTraces } from '#application/ports/image-traces.ts';
import { KindredError } from '#base/errors.ts';
import { forgetPixels } from '#images/pixel-cache/forget-pixels.ts';
import { removeThumbnails } from '#images/remove-thumbnails.ts';
import type { EmbeddingStore } from '#vectors/embedding-store.ts';

export function imageTraces(layout: LibraryLayout, vectors: EmbeddingStore): ImageTraces {
  const file = join(layout.folder, 'leaving.json');
  const noted = (): readonly string[] => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as string[]) : []);
  const write = (hashes: readonly string[]): void => {
    if (hashes.length === 0) rmSync(file, { force: true });
    else replaceDurably(file, JSON.stringify(hashes));
  };
  return {
    noted,
    note: (hashes) => write([...new Set([...noted(), ...hashes])]),
    strike: (hashes) => {
      const gone = new Set(hashes);
      write(noted().filter((hash) => !gone.has(hash)));
    },
    erase: async (hashes) => {
      const gone = new Set(hashes);
      try {
        rmSync(layout.columns, { force: true });
        await removeThumbnails(layout.thumbnails, hashes);
        await vectors.forget(gone);
        await forgetPixels(layout.pixels, gone);
      } catch (error) {
        throw explained(error, layout.folder);
      }
    },
  };
}

function replaceDurably(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { flush: true });
  renameSync(`${file}.new`, file);
  if (process.platform === 'win32') return;
  const folder = openSync(join(file, '..'), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function explained(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ENOSPC') return error;
  const text = `The disk of the library in "${folder}" is too full to take images out of its caches. Free some space; the next command that writes to the library does the rest.`;
  return new KindredError('disk.full', text, { folder }, error);
}
