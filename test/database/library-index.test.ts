import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { fileFilterSchema, fileSortSchema } from '#contract/studio/files.ts';
import { PassingImages } from '#database/columns/passing-images.ts';
import { LibraryIndex } from '#database/library-index.ts';
import { datasetStore } from '#database/dataset-store.ts';
import { openToRead } from '#database/open-to-read.ts';
import { ChangingLibrary } from '#test/support/changing-library.ts';
import { fileFilters } from '#test/support/file-filters.ts';
import { plainFacets, plainImages, plainList, plainSummaries } from '#test/support/plain-listing.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const CHANGES = 40;

function worldOf(seed: number) {
  const folder = temporaryFolder();
  const library = new ChangingLibrary(folder, seed);
  const database = openToRead(folder);
  onTestFinished(() => {
    database.close();
    library.close();
  });
  return { library, database, index: new LibraryIndex(database) };
}

it.each([1, 2, 3])('[C1] agrees with plain SQL after every change, whoever made it (seed %i)', async (seed) => {
  const { library, database, index } = worldOf(seed);
  const images = new PassingImages(index);
  const filters = fc.sample(fileFilters, { numRuns: CHANGES * 4, seed });
  const sorts = fileSortSchema.options;
  for (let i = 0; i < CHANGES; i++) {
    const what = await library.change();
    for (const filter of filters.slice(4 * i, 4 * i + 4)) {
      const told = `after ${what}, ${JSON.stringify(filter)}`;
      // The same two for a while, so that a kept order would be found stale.
      for (const sort of ['path', sorts[Math.floor(i / 6) % sorts.length]!] as const) {
        expect([...index.list(filter, sort)], `${told} by ${sort}`).toEqual(plainList(database, filter, sort));
      }
      expect(index.facets(filter, true), told).toEqual(plainFacets(database, filter));
      const { firstFile, passing } = images.of(filter);
      const expected = plainImages(database, filter);
      expect(passing, told).toBe(expected.size);
      for (const [imageId, fileId] of expected) {
        expect(index.columns.files.id[firstFile[index.columns.images.rowOf(imageId)]!], told).toBe(fileId);
      }
    }
    expect(index.datasets(), what).toMatchObject(plainSummaries(database));
  }
});

it.each([4, 5])('counts what a removal takes as the store does, after every change (seed %i)', async (seed) => {
  const { library, database, index } = worldOf(seed);
  const store = datasetStore(database);
  for (let i = 0; i < CHANGES; i++) {
    const what = await library.change();
    for (const { id } of store.list()) expect(index.removalCounts(id), what).toEqual(store.removalCounts(id));
  }
});

it('reads all anew when the changes it has not seen were put away', async () => {
  const { library, database, index } = worldOf(9);
  const all = fileFilterSchema.parse({});
  index.list(all, 'path');
  for (let i = 0; i < 10; i++) await library.change();
  library.forgetChanges();
  expect([...index.list(all, 'path')]).toEqual(plainList(database, all, 'path'));
  await library.change();
  expect(index.facets(all, true)).toEqual(plainFacets(database, all));
});

it('[C2] keeps an order while nothing moves', async () => {
  const { index, library } = worldOf(4);
  index.columns.refresh();
  const { version, orderVersion } = index.columns;
  await library.tagAll();
  index.columns.refresh();
  expect(index.columns.version).toBeGreaterThan(version);
  expect(index.columns.orderVersion).toBe(orderVersion);
});
