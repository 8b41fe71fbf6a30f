import { describe, expect, it } from 'vitest';
import { embedDataset } from '#application/embed-dataset.ts';
import { embedImages, type EmbedProgress } from '#application/embed-images.ts';
import { filesOf, judgedWorld, vectorOf } from '#test/support/judged-world.ts';
import { imageFacts } from '#test/support/image-facts.ts';

const { signal } = new AbortController();

function petsWorld() {
  const world = judgedWorld();
  const pets = world.addDataset('pets', [...filesOf('cat', 30), ...filesOf('cat', 2, { split: 'test' })]);
  const run = world.addRun(pets);
  const embed = (output: 'h' | 'z' = 'h', onProgress: (progress: EmbedProgress) => void = () => {}) =>
    embedImages(world.ports, run, world.ports.stores.files.images(pets.id), { output }, onProgress, signal);
  return { world, run, pets, embed };
}

describe('embedImages', () => {
  it('stores one vector an image under the checkpoint, and none twice', async () => {
    const { world, run, embed } = petsWorld();
    expect(await embed()).toEqual({
      encoderKey: `${run.id}-40-h`,
      checkpointStep: 40,
      images: 30,
      embedded: 30,
      alreadyThere: 0,
      problems: [],
      dimensions: 8,
    });
    const stored = world.ports.vectors.read(`${run.id}-40-h`)!;
    const row = stored.rowOf.get(imageFacts('cat/17').contentHash)!;
    expect(stored.vectors.values.slice(8 * row, 8 * row + 8)).toEqual(vectorOf('cat/17'));
    expect(await embed()).toMatchObject({ embedded: 0, alreadyThere: 30, dimensions: 8 });
    expect(world.asked).toHaveLength(1);
  });

  it('keeps h and z apart', async () => {
    const { world, run, embed } = petsWorld();
    await embed('h');
    expect(await embed('z')).toMatchObject({ encoderKey: `${run.id}-40-z`, embedded: 30 });
    expect(world.asked.map((request) => request.output)).toEqual(['h', 'z']);
  });

  it('goes on after the batches that were stored when the encoder died', async () => {
    const { world, embed } = petsWorld();
    world.fate.batchesUntilDeath = 1;
    await expect(embed()).rejects.toThrow('died');
    world.fate.batchesUntilDeath = Number.POSITIVE_INFINITY;
    expect(await embed()).toMatchObject({ embedded: 14, alreadyThere: 16 });
    expect(world.asked[1]!.contentHashes).toHaveLength(14);
  });

  it('leaves no vector of images that are being taken out of the library meanwhile', async () => {
    const { world, run, pets, embed } = petsWorld();
    await embed('h', ({ phase }) => {
      if (phase === 'encoding') world.ports.stores.datasets.removed.giveUp(pets.id);
    });
    expect(world.ports.vectors.read(`${run.id}-40-h`)!.hashes).toHaveLength(16);
  });

  it('reports what could not be decoded, and encodes the rest', async () => {
    const { world, embed } = petsWorld();
    world.unreadable.add('cat/4');
    const seen: EmbedProgress[] = [];
    const done = await embed('h', (progress) => seen.push(progress));
    expect(done).toMatchObject({ images: 30, embedded: 29, problems: [imageFacts('cat/4').contentHash] });
    expect(seen.at(-1)).toEqual({ phase: 'encoding', done: 29, total: 29 });
  });
});

describe('embedDataset', () => {
  it('encodes what is missing piece by piece, each image once, and says how far it is of all', async () => {
    const { world, run, pets } = petsWorld();
    world.unreadable.add('cat/3');
    const shown: string[] = [];
    const embed = (piece: number) =>
      embedDataset(
        world.ports,
        run,
        pets.id,
        { output: 'h' },
        ({ phase, done, total }) => shown.push(`${phase} ${done}/${total}`),
        signal,
        piece,
      );
    expect(await embed(20)).toMatchObject({ images: 30, embedded: 29, alreadyThere: 0, dimensions: 8 });
    expect(shown.at(-1)).toMatch(/^encoding \d+\/30$/);
    world.addFiles(pets, filesOf('dog', 1500));
    world.asked.length = 0;
    shown.length = 0;
    expect(await embed(400)).toMatchObject({
      images: 1530,
      embedded: 1500,
      alreadyThere: 29,
      problems: [expect.any(String)],
    });
    const lengths = world.asked.map(({ contentHashes }) => contentHashes.length);
    expect(lengths.length).toBeGreaterThan(1);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(1500);
    expect(shown.at(-1)).toBe('encoding 1501/1501');
    expect(await embed(400)).toMatchObject({ embedded: 0, alreadyThere: 1529 });
  }, 60_000);

  it('stops between pieces', async () => {
    const { world, run, pets } = petsWorld();
    world.addFiles(pets, filesOf('dog', 1200));
    const stop = new AbortController();
    const embedding = embedDataset(world.ports, run, pets.id, { output: 'h' }, () => stop.abort(), stop.signal, 500);
    await expect(embedding).rejects.toMatchObject({ code: 'job.interrupted' });
    expect(world.asked).toHaveLength(1);
  });
});
