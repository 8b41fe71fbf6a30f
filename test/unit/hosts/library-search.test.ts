import fc from 'fast-check';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { ImageId } from '#base/ids.ts';
import { RandomStream } from '#base/random.ts';
import { LibraryIndex } from '#database/library-index.ts';
import { openToRead } from '#database/open-to-read.ts';
import { MapPlans } from '#hosts/engine/map-plans.ts';
import { fileIdsOf } from '#hosts/engine/map-points.ts';
import { LibrarySearch } from '#hosts/judging/library-search.ts';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { UnitVectorStore } from '#vectors/unit-vectors.ts';
import { fileFilterSchema } from '#contract/studio/files.ts';
import { ChangingLibrary } from '#test/support/changing-library.ts';
import { fileFilters } from '#test/support/file-filters.ts';
import { plainImages } from '#test/support/plain-listing.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const KEY = 'k-1-h';
const DIMENSIONS = 6;

interface Image {
  readonly id: ImageId;
  readonly hash: string;
}

/** A library that changes, and an encoder that sees two of three images as they come. */
function worldOf(seed: number) {
  const folder = temporaryFolder();
  const library = new ChangingLibrary(folder, seed);
  const database = openToRead(folder);
  onTestFinished(() => {
    database.close();
    library.close();
  });
  const random = new RandomStream(seed, 'search world');
  const writer = new EmbeddingStore(join(folder, 'vectors'));
  const vectors = new Map<string, Float32Array>();
  const images = (): Image[] =>
    database.prepare('SELECT id, lower(hex(content_hash)) AS hash FROM images ORDER BY id').all() as Image[];
  const embed = async (): Promise<void> => {
    const fresh = images().filter(({ hash }) => !vectors.has(hash) && Number.parseInt(hash.slice(0, 6), 16) % 3 > 0);
    for (const { hash } of fresh) {
      vectors.set(
        hash,
        Float32Array.from({ length: DIMENSIONS }, () => random.normal()),
      );
    }
    await writer.append(
      KEY,
      fresh.map(({ hash }) => ({ contentHash: hash, vector: vectors.get(hash)! })),
    );
  };
  const index = new LibraryIndex(database);
  const units = new UnitVectorStore(join(folder, 'vectors'));
  return { library, database, random, vectors, images, embed, index, units };
}

const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, j) => sum + value * b[j]!, 0) / (Math.hypot(...a) * Math.hypot(...b));

it.each([1, 2])('finds by any filter what a look at every image finds, while all changes (seed %i)', async (seed) => {
  const { library, database, random, vectors, images, embed, index, units } = worldOf(seed);
  const search = new LibrarySearch(index, units);
  const filters = fc.sample(fileFilters, { numRuns: 60, seed });
  let found = 0;
  for (const [i, filter] of filters.entries()) {
    await library.change();
    if (i % 3 === 0) await embed();
    const direction = Float32Array.from({ length: DIMENSIONS }, () => random.normal());
    const without = images()
      .slice(0, 2)
      .map(({ id }) => id);
    const passing = plainImages(database, filter);
    const seen = images().filter(({ id, hash }) => passing.has(id) && vectors.has(hash));
    const expected = seen
      .filter(({ id }) => !without.includes(id))
      .map(({ id, hash }) => ({ imageId: id, contentHash: hash, score: cosine(vectors.get(hash)!, direction) }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, 7);
    const told = `${i} ${JSON.stringify(filter)}`;
    const answer = search.rank({ encoderKey: KEY, direction, filter, without, top: 7 });
    expect(search.count(KEY, filter), told).toEqual({ passing: passing.size, searched: seen.length });
    expect(answer, told).toMatchObject({ passing: passing.size, searched: seen.length });
    expect(
      answer.matches.map(({ contentHash }) => contentHash),
      told,
    ).toEqual(expected.map((one) => one.contentHash));
    for (const [rank, { imageId, fileId, score }] of answer.matches.entries()) {
      expect(imageId).toBe(expected[rank]!.imageId);
      expect(fileId, told).toBe(passing.get(imageId));
      expect(score).toBeCloseTo(expected[rank]!.score, 5);
    }
    found += answer.matches.length;
  }
  expect(found).toBeGreaterThan(50);
});

it('gives the stored vectors of images, up to their length', async () => {
  const { vectors, images, embed, index, units } = worldOf(3);
  await embed();
  const all = images();
  const ids = [...all.map(({ id }) => id), 99_999 as ImageId];
  const given = new LibrarySearch(index, units).vectorsOf(KEY, ids);
  expect(given.map((vector) => vector !== null)).toEqual([...all.map(({ hash }) => vectors.has(hash)), false]);
  given.forEach((vector, i) => {
    if (vector !== null) expect(cosine(vector, vectors.get(all[i]!.hash)!)).toBeCloseTo(1, 5);
  });
});

it('plans a map of the images with a vector, by their hashes, whose name changes with them alone', async () => {
  const { database, vectors, images, embed, index, units, library } = worldOf(4);
  const plans = new MapPlans(index, units);
  expect(plans.idOf(KEY, 1)).toBeNull();
  await embed();
  const shown = (): Image[] => {
    const passing = plainImages(database, fileFilterSchema.parse({ datasetId: 1 }));
    const seen = images().filter(({ id, hash }) => passing.has(id) && vectors.has(hash));
    return seen.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  };
  const task = plans.task(KEY, 1)!;
  expect([...task.imageIds]).toEqual(shown().map(({ id }) => id));
  shown().forEach(({ hash }, i) => {
    const row = task.values.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
    expect(cosine(row, vectors.get(hash)!)).toBeCloseTo(1, 5);
  });
  await library.tagAll();
  expect(plans.idOf(KEY, 1)).toEqual({ mapId: task.mapId, images: task.imageIds.length });
  const positions = Float32Array.from({ length: 2 * task.imageIds.length }, (_, i) => i);
  const files = plainImages(database, fileFilterSchema.parse({ datasetId: 1 }));
  const points = plans.points(task.imageIds, 1, positions);
  expect([...fileIdsOf(points)]).toEqual([...task.imageIds].map((id) => files.get(id)));
  library.lose(files.get(task.imageIds[1]!)!);
  expect(plans.idOf(KEY, 1)!.mapId).not.toBe(task.mapId);
  const left = plainImages(database, fileFilterSchema.parse({ datasetId: 1 }));
  const kept = [...task.imageIds].filter((id) => left.has(id));
  const after = plans.points(task.imageIds, 1, positions);
  expect(kept.length).toBeLessThan(task.imageIds.length);
  expect([...fileIdsOf(after)]).toEqual(kept.map((id) => left.get(id)));
  const x = new Float32Array(after.buffer, 4 + 4 * kept.length).filter((_, i) => i % 2 === 0);
  expect([...x]).toEqual(kept.map((id) => 2 * task.imageIds.indexOf(id)));
});
