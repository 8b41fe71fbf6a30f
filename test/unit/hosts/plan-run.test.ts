import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dataset } from '#application/ports/library.ts';
import type { RunEvent } from '#application/ports/runs.ts';
import { freezeImages } from '#application/running/freeze-images.ts';
import type { DatasetId } from '#base/ids.ts';
import { type TrainingConfig, type TrainingConfigInput, trainingConfigSchema } from '#contract/training-config.ts';
import { CHECKPOINTS_AT_ONCE, checkpointBytes } from '#hosts/compute/checkpoint-bytes.ts';
import { RunFolder } from '#hosts/compute/run-folder.ts';
import { Measurements, type RunWish } from '#hosts/engine/measurements.ts';
import { planRun } from '#hosts/engine/plan-run.ts';
import { PlannedImages } from '#hosts/engine/planned-images.ts';
import { initialState } from '#simclr/initial-state.ts';
import { filesOf, judgedWorld } from '#test/support/judged-world.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

let world: ReturnType<typeof judgedWorld>;
let dataset: Dataset;
let runsFolder: string;
let measurements: Measurements;
/** Reads of all images of a dataset. */
let reads: number;
let plannedImages: PlannedImages;

beforeEach(() => {
  world = judgedWorld();
  dataset = world.addDataset('cats', [...filesOf('cat', 30), ...filesOf('dog', 10)]);
  runsFolder = temporaryFolder();
  reads = 0;
  const { libraryIndex } = world;
  plannedImages = new PlannedImages({
    columns: libraryIndex.columns,
    images: (id) => (reads++, libraryIndex.images(id)),
  });
  const host = { measureRun: async () => ({ device: 'cpu', viewsPerSecond: 700, memoryBytes: 7 }) };
  measurements = new Measurements({ stores: world.ports.stores, host: host as never }, () => false);
});

const wishFor = (input: TrainingConfigInput = {}): RunWish => ({
  datasetId: dataset.id,
  config: trainingConfigSchema.parse({ side: 64, batchSize: 16, ...input }),
  withChanges: null,
});

function plan(wish: RunWish) {
  const ask = async (_: string, id: DatasetId, cacheSide: number) => plannedImages.of(id, cacheSide);
  const wiring = { layout: { runs: runsFolder } } as never;
  return planRun({ measurements, index: { ask } as never, stores: world.ports.stores, wiring }, wish);
}

/** A run that made 100 views a second and took 9 bytes. */
function trainBefore(config: TrainingConfig): void {
  const run = world.addRun(dataset);
  world.ports.stores.runs.update(run.id, { config });
  const started = { kind: 'started', step: 0, totalSteps: 10, device: 'cpu', memoryBytes: 9 };
  const progress = { kind: 'progress', step: 1, viewsPerSecond: 100 };
  const events = [started, progress] as unknown as RunEvent[];
  const { metricsFile } = new RunFolder(runsFolder, run.id);
  mkdirSync(dirname(metricsFile), { recursive: true });
  writeFileSync(metricsFile, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

describe('what a run is known by', () => {
  it('is a measurement, before any run that was like it', async () => {
    const wish = wishFor();
    expect(await plan(wish)).toMatchObject({ viewsPerSecond: null, measuredBy: null, memoryBytes: null });
    trainBefore(wish.config);
    const like = { viewsPerSecond: 100, measuredBy: 'as the run “run 0” was', memoryBytes: 9 };
    expect(await plan(wish)).toMatchObject(like);
    await measurements.measure(wish);
    expect(await plan(wish)).toMatchObject({ viewsPerSecond: 700, measuredBy: 'measured just now', memoryBytes: 7 });
  });

  const changes: readonly TrainingConfigInput[] = [
    { side: 40 },
    { batchSize: 8 },
    { encoder: { width: 0.5 } },
    { encoder: { depth: 34 } },
    { encoder: { stem: 'large' } },
    { encoder: { norm: 'group' } },
    { head: { hiddenLayers: 2 } },
    { head: { outputSize: 64 } },
    { chunk: { images: 8 } },
    { chunk: { images: 8, batchNorm: 'global' } },
    { precision: 'float32' },
    { compiled: false },
    { optimizer: { kind: 'adamw' } },
    { views: { blur: { probability: 0.5 } } },
    { secondViews: { grey: { probability: 1 } } },
    { cacheSide: 64 },
  ];
  it.each(changes)('is not a run that differs in %j', async (change) => {
    trainBefore(wishFor().config);
    expect((await plan(wishFor(change))).measuredBy).toBeNull();
  });

  it('is a run that differs in what its speed and memory do not depend on', async () => {
    trainBefore(wishFor().config);
    const same: TrainingConfigInput = {
      seed: 5,
      length: { minutes: 3 },
      cacheSide: 80,
      loss: { temperature: 0.1 },
      optimizer: { baseLearningRate: 0.5, weightDecay: 0 },
      schedule: { decay: 'constant' },
    };
    expect((await plan(wishFor(same))).measuredBy).toMatch(/run 0/);
  });

  it('is no run where `auto` is still to choose', async () => {
    const wish = wishFor();
    trainBefore(wish.config);
    expect((await plan({ ...wish, withChanges: (chosen) => chosen })).measuredBy).toBeNull();
  });
});

describe('the images of a plan', () => {
  it('are those that would be frozen, read once until a file changes', async () => {
    const { files } = world.ports.stores;
    const frozen = () => freezeImages(files.images(dataset.id), 3);
    for (const side of [40, 48, 64]) expect((await plan(wishFor({ side }))).images).toBe(frozen().images.length);
    expect(reads).toBe(1);
    world.addFiles(dataset, [...filesOf('bird', 25), ...filesOf('bird', 1, { split: 'test' })]);
    const { images, warnings } = await plan(wishFor());
    expect([images, warnings]).toEqual([frozen().images.length, frozen().notes]);
    expect([images, reads]).toEqual([64, 2]);
    world.ports.stores.images.setLabel(world.imageId('cat/0'), 'kitten');
    await plan(wishFor());
    expect(reads).toBe(3);
  });

  it('are too few where there is one', async () => {
    const one = world.addDataset('one', filesOf('cow', 1));
    await expect(plan({ ...wishFor(), datasetId: one.id })).rejects.toMatchObject({ code: 'dataset.empty' });
  });
});

describe('the disk that a run takes', () => {
  it('follows the side of the cache up to the size of the images, and has room for its checkpoints', async () => {
    const { size } = world.ports.stores.files.images(dataset.id)[0]!;
    const checkpoints = CHECKPOINTS_AT_ONCE * checkpointBytes(wishFor().config);
    const pixels = async (cacheSide: number) => (await plan(wishFor({ cacheSide }))).diskBytes - checkpoints;
    const shortSide = Math.min(size.widthPx, size.heightPx);
    const whole = 40 * 3 * size.widthPx * size.heightPx;
    expect(await pixels(shortSide)).toBe(whole);
    expect(await pixels(shortSide + 500)).toBe(whole);
    expect((await pixels(shortSide / 2)) / whole).toBeCloseTo(1 / 4, 2);
    const wide = wishFor({ cacheSide: shortSide, encoder: { width: 1 } });
    expect((await plan(wide)).diskBytes - whole).toBe(CHECKPOINTS_AT_ONCE * checkpointBytes(wide.config));
  });

  it.each(['sgd', 'lars', 'adamw'] as const)('counts the arrays of a state with %s', (kind) => {
    const { config } = wishFor({ optimizer: { kind }, encoder: { stem: 'large' } });
    const state = [...initialState(config, 0).values()];
    expect(checkpointBytes(config)).toBe(state.reduce((bytes, { values }) => bytes + values.byteLength, 0));
  });
});
