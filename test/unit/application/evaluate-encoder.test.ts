import { describe, expect, it } from 'vitest';
import { evaluateEncoder, type EvaluateRequest } from '#application/evaluate-encoder.ts';
import type { Run } from '#application/ports/runs.ts';
import { evaluationFinishedSchema } from '#contract/evaluation-events.ts';
import { filesOf, judgedWorld, plannedImage } from '#test/support/judged-world.ts';

const { signal } = new AbortController();
type World = ReturnType<typeof judgedWorld>;

async function evaluate({ ports }: World, run: Run, rest: Partial<EvaluateRequest> = {}) {
  const request = { run, protocol: null, trainName: null, testName: null, k: null, output: 'h' as const, seed: 0 };
  const evaluation = await evaluateEncoder(ports, { ...request, ...rest }, () => {}, signal);
  evaluationFinishedSchema.parse({ event: 'evaluate.finished', ...evaluation });
  return evaluation;
}

/** Splits in which the test images of dogs look like cats: 5 of 15 judged are wrong. */
function splitWorld() {
  const world = judgedWorld();
  const pets = world.addDataset('pets', [
    ...filesOf('cat', 20, { split: 'train' }),
    ...filesOf('dog', 20, { split: 'train' }),
    ...filesOf('cat', 10).map(({ name }) => ({ name: `${name}-test`, label: 'cat', split: 'test' as const })),
    ...filesOf('cat', 5).map(({ name }) => ({ name: `${name}-strange`, label: 'dog', split: 'test' as const })),
  ]);
  return { world, pets };
}

describe('evaluateEncoder of a chosen checkpoint', () => {
  it.each([{ protocol: 'knn' as const }, { protocol: 'retrieval' as const }])(
    'encodes with that one, and says so ($protocol)',
    async ({ protocol }) => {
      const { world, pets } = splitWorld();
      const evaluation = await evaluate(world, world.addRun(pets), { protocol, step: 20 });
      expect(evaluation.checkpointStep).toBe(20);
      expect(world.asked.map(({ checkpointStep }) => checkpointStep)).toEqual([20]);
    },
  );

  it('names those that are kept when there is none of that step', async () => {
    const { world, pets } = splitWorld();
    const judging = evaluate(world, world.addRun(pets), { step: 30 });
    await expect(judging).rejects.toThrow(/keeps no checkpoint of step 30\. It keeps 0, 20, 40\./);
    expect(world.asked).toEqual([]);
  });
});

describe('evaluateEncoder with labels', () => {
  it.each(['knn', 'linear'] as const)('judges the test split by the training split (%s)', async (protocol) => {
    const { world, pets } = splitWorld();
    const evaluation = await evaluate(world, world.addRun(pets, ['cat/0']), { protocol });
    expect(evaluation).toMatchObject({
      protocol,
      top1: 10 / 15,
      chance: 10 / 15,
      n: 15,
      trained: 40,
      classes: ['cat', 'dog'],
      confusion: [
        [10, 0],
        [5, 0],
      ],
      split: 'test',
      pretrainedOnTest: false,
      notes: protocol === 'knn' ? ['k was brought down from 200 to 40, all the labelled images there are.'] : [],
    });
    if (protocol === 'knn') expect(evaluation).toMatchObject({ k: 40, temperature: 0.1, l2: null });
    else expect(evaluation.l2).toBeGreaterThan(0);
  });

  it('reports k = 20 and 10 beside the k asked for', async () => {
    const { world, pets } = splitWorld();
    const { k, otherK } = await evaluate(world, world.addRun(pets), { k: 5 });
    expect([k, ...otherK.map((other) => other.k)]).toEqual([5, 20, 10]);
  });

  it('says when judged images were trained on', async () => {
    const { world, pets } = splitWorld();
    const evaluation = await evaluate(world, world.addRun(pets, ['cat/0', 'cat/3-test']));
    expect(evaluation.pretrainedOnTest).toBe(true);
    expect(evaluation.notes.join()).toContain('seen in pretraining');
  });

  it('holds out a seeded fifth of each class where there are no splits, and says so', async () => {
    const world = judgedWorld();
    const pets = world.addDataset('pets', [...filesOf('cat', 20), ...filesOf('dog', 10), { name: 'cat/x' }]);
    const run = world.addRun(pets);
    const evaluation = await evaluate(world, run);
    expect(evaluation).toMatchObject({ split: 'held-out-fifth', n: 6, trained: 24, top1: 1, seed: 0 });
    expect(evaluation.notes.join(' ')).toContain('1 images without a label were left out');
    expect(evaluation.notes.join(' ')).toContain('chosen by seed 0');
    expect(await evaluate(world, run)).toMatchObject({ confusion: evaluation.confusion });
  });

  it('judges another data set by its labels, without those nothing in training has', async () => {
    const { world, pets } = splitWorld();
    world.addDataset('street', [...filesOf('cat', 3, { label: 'cat' }), ...filesOf('bus', 4)]);
    const evaluation = await evaluate(world, world.addRun(pets), { testName: 'street' });
    expect(evaluation).toMatchObject({ n: 3, top1: 1, split: 'dataset', testDataset: 'street', trainDataset: 'pets' });
    expect(evaluation.notes.join(' ')).toContain('4 judged images of labels that no training image has');
    // These three lie in both: they must not have voted for themselves.
    expect(evaluation.notes.join(' ')).toContain('3 judged images are also among the labelled ones');
  });

  it('refuses labels of one class, a data set without labels, and one that is not there', async () => {
    const world = judgedWorld();
    const plain = world.addDataset('plain', filesOf('cat', 6, { label: null }));
    world.addDataset('cats', filesOf('cat', 6));
    const run = world.addRun(plain);
    await expect(evaluate(world, run, { protocol: 'linear', trainName: 'cats' })).rejects.toMatchObject({
      code: 'evaluation.tooFewClasses',
    });
    await expect(evaluate(world, run, { protocol: 'knn' })).rejects.toMatchObject({ code: 'evaluation.empty' });
    await expect(evaluate(world, run, { testName: 'cat' })).rejects.toMatchObject({ code: 'dataset.missing' });
  });
});

describe('evaluateEncoder without labels', () => {
  it('judges by retrieval on the images the run held out', async () => {
    const world = judgedWorld();
    const kinds = Array.from({ length: 20 }, (_, i) => `kind${i}`);
    const plain = world.addDataset(
      'plain',
      kinds.flatMap((kind) => filesOf(kind, 1, { label: null })),
    );
    const heldOut = kinds.slice(0, 6).map((kind) => plannedImage(`${kind}/0`));
    const trained = kinds.slice(6).map((kind) => `${kind}/0`);
    const run = world.addRun(plain, trained, { protocol: 'retrieval', images: heldOut });
    const evaluation = await evaluate(world, run);
    expect(evaluation).toMatchObject({
      protocol: 'retrieval',
      top1: 1,
      chance: 1 / 6,
      n: 6,
      k: null,
      split: 'held-out-of-training',
      pretrainedOnTest: false,
    });
    expect(world.asked[0]).toMatchObject({ look: 'views', output: 'h' });
  });

  it('chooses images by the seed where the run held none out, and says they were trained on', async () => {
    const world = judgedWorld();
    const plain = world.addDataset('plain', filesOf('a', 40, { label: null }));
    const evaluation = await evaluate(world, world.addRun(plain, ['a/0']), { output: 'z' });
    expect(evaluation).toMatchObject({ n: 40, split: 'seeded-choice', pretrainedOnTest: true, output: 'z' });
  });

  it('can be asked of labelled images too', async () => {
    const { world, pets } = splitWorld();
    expect(await evaluate(world, world.addRun(pets), { protocol: 'retrieval' })).toMatchObject({ n: 15, trained: 0 });
  });
});
