/** All that a library keeps of images beside its database, as one: thumbnails, vectors under every encoder, pixels of every side, columns. */
import { rmSync } from 'node:fs';
import type { LibraryLayout } from '#application/library-layout.ts';
import type { ImageTraces } from '#application/ports/image-traces.ts';
import { KindredError } from '#base/errors.ts';
import { forgetPixels } from '#images/pixel-cache/forget-pixels.ts';
import { removeThumbnails } from '#images/remove-thumbnails.ts';
import type { EmbeddingStore } from '#vectors/embedding-store.ts';

/** Share of the time that goes to thumbnails, about. */
const THUMBNAILS_SHARE = 0.8;

export function imageTraces(layout: LibraryLayout, vectors: EmbeddingStore): ImageTraces {
  return {
    erase: async (hashes, onProgress, signal) => {
      const gone = new Set(hashes);
      try {
        rmSync(layout.columns, { force: true });
        await removeThumbnails(layout.thumbnails, hashes, (share) => onProgress(THUMBNAILS_SHARE * share), signal);
        if (signal.aborted) return;
        await vectors.forget(gone);
        await forgetPixels(layout.pixels, gone);
      } catch (error) {
        throw explained(error, layout.folder);
      }
    },
  };
}

function explained(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ENOSPC') return error;
  const text = `The disk of the library in "${folder}" is too full to take images out of its caches. Free some space; the next command that writes to the library does the rest.`;
  return new KindredError('disk.full', text, { folder }, error);
}
