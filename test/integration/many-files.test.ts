/** What is done to a dataset of very many files keeps nobody waiting. */
import { expect, it } from 'vitest';
import { Edits } from '#application/editing/edits.ts';
import { eraseRemoved, giveUpDataset } from '#application/erase-datasets.ts';
import type { ImageTraces } from '#application/ports/image-traces.ts';
import { systemClock } from '#base/clock.ts';
import type { FileId } from '#base/ids.ts';
import { LibraryIndex } from '#database/library-index.ts';
import { openToRead } from '#database/open-to-read.ts';
import { writeManyFiles } from '#test/support/many-files.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';
import { waitsDuring } from '#test/support/waits-during.ts';

const FILES = 100_000;
/** Slices are far shorter, but one may wait for a disk that others use too (1.3 s, once). */
const LONGEST_MS = 3000;
/** A slice of 8 ms, its commit, and some of what other programs take. */
const P99_MS = 200;
const LIMIT_MS = 120_000;

function withManyFiles() {
  const folder = temporaryFolder();
  const id = writeManyFiles(folder, FILES);
  return { folder, id, stores: openTestLibrary(folder).stores };
}

it(
  'labelling them, and taking that back',
  async () => {
    const { folder, stores } = withManyFiles();
    const edits = new Edits(stores, systemClock);
    const all = Array.from({ length: FILES }, (_, i) => (i + 1) as FileId);
    const labelled = openToRead(folder).prepare('SELECT count(*) FROM image_labels').pluck();
    const waitedDoing = await waitsDuring(() => edits.setLabel(all, 'mine'));
    expect(labelled.get()).toBe(FILES);
    const waitedUndoing = await waitsDuring(() => edits.undo());
    expect(labelled.get()).toBe(0);
    for (const waited of [waitedDoing, waitedUndoing]) {
      expect(waited.p99).toBeLessThan(P99_MS);
      expect(waited.longest).toBeLessThan(LONGEST_MS);
    }
  },
  LIMIT_MS,
);

const noTraces: ImageTraces = { erase: () => Promise.resolve() };

it(
  'erasing them',
  async () => {
    const { folder, id, stores } = withManyFiles();
    const shares: number[] = [];
    const onProgress = (share: number): void => void shares.push(share);
    const erasure = { onProgress, signal: new AbortController().signal };
    const waited = await waitsDuring(async () => {
      await giveUpDataset(stores, id);
      await eraseRemoved({ stores, traces: noTraces }, 0, erasure);
    });
    expect(waited.p99).toBeLessThan(P99_MS);
    expect(waited.longest).toBeLessThan(LONGEST_MS);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const rows = openToRead(folder).prepare('SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM images)');
    expect(rows.pluck().get()).toBe(0);
  },
  LIMIT_MS,
);

it(
  'erasing them, cancelled half-way and gone on with at the next start',
  async () => {
    const { folder, id, stores } = withManyFiles();
    await giveUpDataset(stores, id);
    const stop = new AbortController();
    const onProgress = (share: number): void => {
      if (share > 0.6) stop.abort();
    };
    const stopped = eraseRemoved({ stores, traces: noTraces }, 0, { onProgress, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'job.cancelled' });
    const database = openToRead(folder);
    const left = (): unknown => database.prepare('SELECT count(*) FROM files').pluck().get();
    expect(left()).toBeGreaterThan(0.7 * FILES);
    expect(stores.datasets.list()).toEqual([]);
    expect(new LibraryIndex(database).datasets()).toEqual([]);
    const erasure = { onProgress: () => {}, signal: new AbortController().signal };
    await eraseRemoved({ stores, traces: noTraces }, 0, erasure);
    expect(left()).toBe(0);
  },
  LIMIT_MS,
);
