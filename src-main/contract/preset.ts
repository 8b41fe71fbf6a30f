/** A preset file (`resources/presets/<name>.json`): a named configuration, what to expect of it, and whose word that is. */
import { z } from 'zod';
import { trainingConfigSchema, type TrainingConfigInput } from './training-config.ts';

/** A published or measured result. `source` says whose figure it is and on what hardware, where known. */
const expectationSchema = z.strictObject({
  dataset: z.string().min(1),
  epochs: z.number().positive(),
  protocol: z.string().min(1),
  /** Top-1, in percent. */
  top1: z.number().min(0).max(100),
  source: z.string().min(1),
});

/** The files there are, the button's first. */
export const presetNames = ['auto', 'quick', 'small-set', 'paper-cifar', 'paper-imagenet'] as const;

const partialConfigSchema = z.record(z.string(), z.unknown());

export const presetSchema = z.strictObject({
  name: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
  title: z.string().min(1),
  /** What it is for, in a sentence or two. */
  description: z.string().min(1),
  /** How it differs from the recipe it is taken from; null where it does not. */
  differences: z.string().min(1).nullable(),
  /** Empty where nobody has measured it. */
  expected: z.array(expectationSchema),
  /** Lengths to offer; the configuration's own is the default. */
  lengths: z.array(trainingConfigSchema.shape.length.unwrap()).min(1),
  /** What changes in runs of at most so many epochs; null where nothing does. */
  shortRuns: z.strictObject({ upToEpochs: z.number().positive(), config: partialConfigSchema }).nullable(),
  /** True when the studio chooses side, width, views and temperature by the images and the time (`auto`). */
  isResolved: z.boolean(),
  config: partialConfigSchema,
});

export type Preset = Readonly<z.infer<typeof presetSchema>>;

/** The 3×3 stem is the default up to here; above, the 7×7 one, which leaves what follows a sixteenth of the area. */
const SMALL_STEM_SIDE_MAX = 64;

/**
 * The preset's configuration with a person's changes over it, ready for `trainingConfigSchema`.
 * A length among the changes replaces the preset's; what the preset changes for short runs goes by the final length.
 * A side among them brings the stem that is the default at that side, unless they name a stem.
 */
export function presetConfig(preset: Preset, changes: TrainingConfigInput = {}): TrainingConfigInput {
  const length: unknown = changes.length ?? preset.config['length'];
  const epochs = isRecord(length) && typeof length['epochs'] === 'number' ? length['epochs'] : null;
  const isShort = preset.shortRuns !== null && epochs !== null && epochs <= preset.shortRuns.upToEpochs;
  const base = isShort ? merged(preset.config, preset.shortRuns.config) : preset.config;
  return merged(merged(base, stemAt(changes.side)), changes);
}

function stemAt(side: number | undefined): TrainingConfigInput {
  if (side === undefined) return {};
  return { encoder: { stem: side > SMALL_STEM_SIDE_MAX ? 'large' : 'small' } };
}

/** Objects are merged key by key, anything else is replaced; a length always is. */
function merged(base: Readonly<Record<string, unknown>>, over: Readonly<Record<string, unknown>>): TrainingConfigInput {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    result[key] = key !== 'length' && isRecord(old) && isRecord(value) ? merged(old, value) : value;
  }
  return result;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
