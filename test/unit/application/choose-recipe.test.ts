import { describe, expect, it } from 'vitest';
import { chooseRecipe } from '#application/running/choose-recipe.ts';
import type { ChosenRecipe, RecipeQuestion, RunHost } from '#application/ports/runs.ts';
import type { DatasetId, ImageId } from '#base/ids.ts';
import { trainingConfigSchema, type TrainingConfig } from '#contract/training-config.ts';
import { type RunPorts, startRun } from '#application/start-run.ts';
import { imageFacts } from '#test/support/image-facts.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';

const signal = new AbortController().signal;
const config = trainingConfigSchema.parse({ length: { minutes: 10 } });

/** Three images whose shorter sides are 20, 70 and 300 px. */
function library() {
  const { stores } = openTestLibrary();
  const dataset = stores.datasets.insert('three', 1);
  const root = stores.datasets.addRoot(dataset.id, '/three');
  for (const [i, [widthPx, heightPx]] of [
    [20, 400],
    [90, 70],
    [300, 301],
  ].entries()) {
    const imageId: ImageId = stores.images.put({
      ...imageFacts(`picture ${i}`),
      widthPx: widthPx!,
      heightPx: heightPx!,
    });
    const path = `/three/${i}.png`;
    const place = { rootId: root.id, path, relativePath: `${i}.png`, sizeBytes: 1, modifiedMs: 1 };
    stores.files.insert(
      dataset.id,
      { ...place, folderLabel: null, folderTags: [], split: null },
      { imageId, problem: null },
    );
  }
  return { stores, datasetId: dataset.id };
}

function choosing(withChanges: (chosen: TrainingConfig) => TrainingConfig, length = config.length) {
  const { stores, datasetId } = library();
  const asked: RecipeQuestion[] = [];
  const tried = [
    { side: 64, width: 1, viewsPerSecond: 3.4 },
    { side: 64, width: 0.5, viewsPerSecond: 9.2 },
  ];
  const { views, encoder, loss } = config;
  const chosen: ChosenRecipe = { side: 64, views, encoder: { ...encoder, width: 0.5 }, loss, needed: 4.1, tried };
  const host = {
    chooseRecipe: async (question: RecipeQuestion) => {
      asked.push(question);
      return chosen;
    },
  } as Partial<RunHost> as RunHost;
  const request = { datasetId: datasetId as DatasetId, config: { ...config, length }, threads: 2 };
  return { asked, answer: chooseRecipe({ stores, host }, request, withChanges, signal) };
}

describe('chooseRecipe', () => {
  it('asks by the images and the time, and tells what was measured', async () => {
    const { asked, answer } = choosing((chosen) => chosen);
    const { config: chosen, choice } = await answer;
    expect(asked).toEqual([expect.objectContaining({ medianShortSide: 70, imageCount: 3, minutes: 10, threads: 2 })]);
    expect([chosen.side, chosen.encoder.width, chosen.batchSize]).toEqual([64, 0.5, config.batchSize]);
    expect(choice).toMatchObject({ side: 64, depth: 18, width: 0.5, minutes: 10, imageCount: 3, medianShortSide: 70 });
    expect(choice.tried).toHaveLength(2);
    expect(choice.message).toMatch(
      /3 images .*70 px.*10 min: ResNet-18 ×0.5 at 64 px.*5 views\/s; measured: ×1 at 64 px 3, ×0.5/,
    );
  });

  it("lays a person's own settings over the choice", async () => {
    const { answer } = choosing((chosen) => ({ ...chosen, side: 32 }));
    const { config: laid, choice } = await answer;
    expect(laid).toMatchObject({ side: 32, encoder: { width: 0.5 } });
    expect(choice.message).toMatch(/×0.5 at 64 px\. .*By your settings it is ResNet-18 ×0.5 at 32 px\.$/);
  });

  it('refuses a length that is no time', async () => {
    const { asked, answer } = choosing((chosen) => chosen, { epochs: 3 });
    await expect(answer).rejects.toThrow(expect.objectContaining({ code: 'usage.invalid' }));
    expect(asked).toEqual([]);
  });
});

describe('startRun', () => {
  it('does not choose again what was chosen before', async () => {
    const { stores, datasetId } = library();
    const host = { chooseRecipe: () => Promise.reject(new Error('asked again')) } as Partial<RunHost> as RunHost;
    const enough = new Error('enough');
    const pixels = { prepare: () => Promise.reject(enough) } as Partial<RunPorts['pixels']> as RunPorts['pixels'];
    const clock = { wallMs: () => 1, monotonicMs: () => 1 } as RunPorts['clock'];
    const ports: RunPorts = { stores, host, pixels, clock, random: () => 0.5, versions: {} };
    const choice = (await choosing((chosen) => chosen).answer).choice;
    const told: unknown[] = [];
    const nothing = (): void => undefined;
    const listener = { onCache: nothing, onNote: nothing, onMade: nothing, onEvent: nothing };
    const request = { datasetId, config, withChanges: (chosen: TrainingConfig) => chosen, name: null, threads: 0 };
    const start = (more: object): Promise<unknown> =>
      startRun(ports, { ...request, ...more }, { ...listener, onChosen: (_, made) => told.push(made) }, signal);
    await expect(start({ chosen: { config, choice } })).rejects.toBe(enough);
    expect(told).toEqual([choice]);
    await expect(start({})).rejects.toThrow('asked again');
  });
});
