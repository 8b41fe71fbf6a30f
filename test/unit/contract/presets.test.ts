import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { autoCandidates } from '#simclr/auto-recipe.ts';
import { presetConfig, presetNames, presetSchema, type Preset } from '#contract/preset.ts';
import { trainingConfigSchema, type TrainingConfig } from '#contract/training-config.ts';

const folder = new URL('../../../resources/presets/', import.meta.url);
const presets = new Map(
  readdirSync(folder).map((file): [string, Preset] => [
    file.replace('.json', ''),
    presetSchema.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
  ]),
);

function configOf(name: string, changes: Parameters<typeof presetConfig>[1] = {}): TrainingConfig {
  return trainingConfigSchema.parse(presetConfig(presets.get(name)!, changes));
}

describe('presets', () => {
  it('[PRE1] are five, each named as its file and valid at every length it offers', () => {
    expect([...presets.keys()].toSorted()).toEqual(presetNames.toSorted());
    expect(presets.size).toBe(5);
    for (const [name, preset] of presets) {
      expect(preset.name).toBe(name);
      expect(preset.lengths).toContainEqual(configOf(name).length);
      for (const length of preset.lengths) expect(configOf(name, { length }).length).toEqual(length);
    }
  });

  it('[PRE2] say whose every expected figure is', () => {
    const figures = [...presets.values()].flatMap(({ expected }) => expected);
    expect(figures.length).toBeGreaterThan(4);
    for (const { source } of figures) expect(source).toMatch(/dkobak|Chen et al\. 2020/);
  });

  it('[PRE3] hold the values of their recipes', () => {
    const quick = configOf('quick');
    expect([quick.encoder.width, quick.side, quick.batchSize, quick.optimizer.baseLearningRate]).toEqual([
      0.25, 32, 256, 0.12,
    ]);
    const small = configOf('small-set');
    expect([small.encoder.zeroInitLastGamma, small.head.hiddenSize, small.head.hiddenBatchNorm]).toEqual([
      false,
      1024,
      false,
    ]);
    expect([small.views.crop.areaMin, small.views.grey.probability, small.schedule.warmupEpochs]).toEqual([
      0.2, 0.1, 0,
    ]);
    const cifar = configOf('paper-cifar');
    expect([cifar.optimizer.kind, cifar.optimizer.baseLearningRate, cifar.batchSize]).toEqual(['lars', 1, 1024]);
    const imagenet = configOf('paper-imagenet');
    expect([imagenet.side, imagenet.encoder.stem, imagenet.loss.temperature]).toEqual([224, 'large', 0.1]);
    expect([imagenet.views.jitter.hue, imagenet.views.blur.probability, imagenet.batchSize]).toEqual([0.2, 0.5, 4096]);
  });

  it('[PRE5] get the stem that is the default at a person’s side, unless a stem is named', () => {
    const stem = (name: string, changes: Parameters<typeof presetConfig>[1]): string =>
      configOf(name, changes).encoder.stem;
    expect([32, 64, 65, 224].map((side) => stem('quick', { side }))).toEqual(['small', 'small', 'large', 'large']);
    expect(stem('quick', { side: 96, encoder: { stem: 'small' } })).toBe('small');
    expect(stem('paper-imagenet', { side: 32 })).toBe('small');
    expect(stem('paper-imagenet', {})).toBe('large');
    for (const { side, encoder } of autoCandidates(configOf('auto'), 224))
      expect(stem('quick', { side })).toBe(encoder.stem);
    expect(configOf('quick', { side: 96, encoder: { width: 1 } }).encoder).toMatchObject({ width: 1, stem: 'large' });
  });

  it('[PRE4] use small-set’s higher rate up to 100 epochs, the lower one beyond, and a person’s own over both', () => {
    const rate = (changes: Parameters<typeof presetConfig>[1]): number =>
      configOf('small-set', changes).optimizer.baseLearningRate;
    expect(rate({})).toBe(0.06);
    expect(rate({ length: { epochs: 500 } })).toBe(0.03);
    expect(rate({ length: { minutes: 10 } })).toBe(0.03);
    expect(rate({ optimizer: { baseLearningRate: 0.5 } })).toBe(0.5);
    expect(configOf('small-set', { optimizer: { momentum: 0.5 } }).optimizer.weightDecay).toBe(5e-4);
  });
});
