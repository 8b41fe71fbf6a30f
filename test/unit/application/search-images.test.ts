import { describe, expect, it } from 'vitest';
import { fileFilterSchema, type FileFilter } from '#contract/studio/files.ts';
import { answeringEncoders, currentEncoder } from '#application/current-encoder.ts';
import { embedImages } from '#application/embed-images.ts';
import { encoderKey } from '#application/encoder-key.ts';
import type { ChosenEncoder } from '#application/ports/query-encoder.ts';
import type { Run } from '#application/ports/runs.ts';
import { BASELINE_ENCODER_KEY } from '#application/ports/vectors.ts';
import { queryDirection } from '#application/query-direction.ts';
import { searchImages, type SearchExample, type SearchRequest } from '#application/search-images.ts';
import { filesOf, judgedWorld, vectorOf } from '#test/support/judged-world.ts';
import { imageFacts } from '#test/support/image-facts.ts';

const { signal } = new AbortController();
const filter = (change: Partial<FileFilter> = {}): FileFilter => fileFilterSchema.parse(change);
const unit = (...values: number[]) => Float32Array.from(values);

async function worldWithVectors() {
  const world = judgedWorld();
  const pets = world.addDataset('pets', [...filesOf('cat', 12), ...filesOf('dog', 12)]);
  const toys = world.addDataset('toys', filesOf('car', 6));
  const run = world.addRun(pets);
  const all = world.ports.stores.files.images(pets.id);
  await embedImages(world.ports, run, all, { output: 'h' }, () => {}, signal);
  const encoder: ChosenEncoder = { kind: 'run', runId: run.id, runName: run.name, checkpointStep: 40 };
  const image = (name: string): SearchExample => ({ kind: 'image', imageId: world.imageId(name), region: null });
  const ask = async (examples: readonly SearchExample[], rest: Partial<SearchRequest> = {}) => {
    const request = { examples, counterExamples: [], filter: filter(), top: 5, encoder, ...rest };
    const ports = { ...world.ports, unseenAdvice: () => 'It is looking at them now.' };
    const { matches, summary } = await searchImages(ports, request, signal);
    const files = matches.map(({ fileId }) => world.ports.stores.files.find(fileId)!);
    return { matches: matches.map((match, i) => ({ ...files[i]!, ...match })), summary };
  };
  return { world, run, encoder, image, ask, pets, toys };
}

describe('searchImages', () => {
  it('finds the like of an image, best first, without the image itself', async () => {
    const { image, ask, world } = await worldWithVectors();
    const { matches, summary } = await ask([image('cat/3')]);
    expect(matches.map((match) => match.label)).toEqual(['cat', 'cat', 'cat', 'cat', 'cat']);
    expect(matches.map((match) => match.imageId)).not.toContain(world.imageId('cat/3'));
    expect(matches[0]!.score).toBeGreaterThan(matches[4]!.score);
    expect(matches[0]!.path).toMatch(/^\/pets\/all\/cat\/\d+$/);
    // The toys have not been encoded.
    expect(summary).toMatchObject({ encoder: 'run', checkpointStep: 40, searched: 24, unseen: 6 });
    expect(world.queried).toEqual([]);
  });

  it('takes files, parts and several examples, and encodes only what is not stored', async () => {
    const { image, ask, world } = await worldWithVectors();
    const region = { x: 1, y: 2, width: 3, height: 4 };
    await ask([{ kind: 'file', path: '/elsewhere/dog/99', region: null }, image('dog/1')]);
    await ask([{ ...image('dog/1'), region } as SearchExample]);
    expect(world.queried).toEqual([
      { path: '/elsewhere/dog/99', region: null },
      { path: '/pets/all/dog/1', region },
    ]);
    const { matches } = await ask([{ kind: 'file', path: '/elsewhere/dog/99', region: null }]);
    expect(new Set(matches.map((match) => match.label))).toEqual(new Set(['dog']));
  });

  it('steers away from counter-examples', async () => {
    const { image, ask } = await worldWithVectors();
    const mixed = [image('cat/1'), image('dog/1')];
    const without = await ask(mixed, { counterExamples: [image('dog/2')], top: 9 });
    expect(new Set(without.matches.map((match) => match.label))).toEqual(new Set(['cat']));
  });

  it('keeps to the data set and the label', async () => {
    const { image, ask, pets } = await worldWithVectors();
    const dogs = await ask([image('cat/1')], { filter: filter({ labels: ['dog'], datasetId: pets.id }), top: 100 });
    expect(dogs.matches).toHaveLength(12);
    expect(dogs.matches.every((match) => match.label === 'dog')).toBe(true);
    expect(dogs.summary.searched).toBe(12);
  });

  it('says why there is nothing: no such image, no such label, nothing encoded', async () => {
    const { image, ask, toys } = await worldWithVectors();
    const unknown: SearchExample = { kind: 'image', imageId: 9999 as never, region: null };
    await expect(ask([unknown])).rejects.toMatchObject({ code: 'image.missing' });
    await expect(ask([image('cat/1')], { filter: filter({ labels: ['fish'] }) })).rejects.toThrow(
      'no image with the label "fish"',
    );
    const inToys = filter({ datasetId: toys.id });
    await expect(ask([image('cat/1')], { filter: inToys })).rejects.toThrow(
      'None of the 6 images of "toys" has a vector of this encoder. It is looking at them now.',
    );
  });
});

describe('currentEncoder', () => {
  it('is colour and shape before any run, and while the newest run has seen nothing, which it names', async () => {
    const world = judgedWorld();
    const pets = world.addDataset('pets', filesOf('cat', 3));
    const choose = () => currentEncoder(world.ports.stores, world.ports.runHost, world.ports.vectors, pets.id);
    expect(await choose()).toEqual({ encoder: { kind: 'baseline' }, unused: null });
    const run = world.addRun(pets);
    expect(await choose()).toMatchObject({ encoder: { kind: 'baseline' }, unused: { id: run.id } });
    await embedImages(world.ports, run, world.ports.stores.files.images(pets.id), { output: 'h' }, () => {}, signal);
    expect(await choose()).toMatchObject({ encoder: { runId: run.id, checkpointStep: 40 }, unused: null });
    // An older encoder that knows the images is better than a newer one that does not.
    world.addRun(pets);
    expect(await choose()).toMatchObject({ encoder: { runId: run.id } });
  });

  it('is the one somebody has settled on for the dataset, as long as it can answer, then the newest again', async () => {
    const world = judgedWorld();
    const pets = world.addDataset('pets', filesOf('cat', 3));
    const { stores, runHost, vectors } = world.ports;
    const look = (run: Run) =>
      embedImages(world.ports, run, stores.files.images(pets.id), { output: 'h' }, () => {}, signal);
    const choose = async () => (await currentEncoder(stores, runHost, vectors, pets.id)).encoder;
    const [older, newer] = [world.addRun(pets), world.addRun(pets)];
    for (const run of [older, newer]) await look(run);
    expect(await choose()).toMatchObject({ runId: newer.id });
    stores.datasets.setEncoderChoice(pets.id, encoderKey(older.id, 40, 'h'));
    expect(await choose()).toMatchObject({ runId: older.id });
    const { answering } = await answeringEncoders(stores, runHost, vectors, pets.id);
    expect(answering).toMatchObject([{ runId: older.id }, { runId: newer.id }, { kind: 'baseline' }]);
    // Of all datasets together nobody has said anything.
    expect((await currentEncoder(stores, runHost, vectors, null)).encoder).toMatchObject({ runId: newer.id });
    stores.datasets.setEncoderChoice(pets.id, BASELINE_ENCODER_KEY);
    expect(await currentEncoder(stores, runHost, vectors, pets.id)).toEqual({
      encoder: { kind: 'baseline' },
      unused: null,
    });
    stores.datasets.setEncoderChoice(pets.id, encoderKey(older.id, 40, 'h'));
    stores.runs.remove(older.id);
    expect(await choose()).toMatchObject({ runId: newer.id });
  });

  it('answers by the stored descriptors when colour and shape is asked for', async () => {
    const { image, ask, world } = await worldWithVectors();
    const names = ['cat/0', 'car/1', 'car/2'];
    const stored = names.map((name) => ({ contentHash: imageFacts(name).contentHash, vector: vectorOf(name) }));
    world.ports.vectors.append(BASELINE_ENCODER_KEY, stored);
    const { matches, summary } = await ask([image('car/1')], { encoder: { kind: 'baseline' } });
    expect(matches.map((match) => match.imageId)).toEqual(['car/2', 'cat/0'].map(world.imageId));
    expect(summary).toMatchObject({ encoder: 'baseline', runId: null, searched: 3, unseen: 27 });
  });
});

describe('queryDirection', () => {
  it('lets every example count alike, whatever its length', () => {
    const direction = queryDirection([unit(10, 0), unit(0, 0.1)], []);
    expect(direction[0]).toBeCloseTo(direction[1]!, 6);
  });

  it('takes half the mean of the counter-examples away', () => {
    const direction = queryDirection([unit(1, 0)], [unit(0, 3), unit(0, 5)]);
    expect([...direction]).toEqual([1, -0.5]);
  });

  it('says when nothing is left', () => {
    expect(() => queryDirection([unit(1, 0), unit(-2, 0)], [])).toThrow(
      expect.objectContaining({ code: 'search.noDirection' }),
    );
  });
});
