/**
 * The configuration of a run as a person can set it: defaults, limits, and a sentence for each dial.
 * Parsed, it is structurally a `Recipe` (simclr/recipe.ts) plus how long and how to run; a type test keeps them equal.
 */
import { z } from 'zod';
import { conflictsIn } from './config-conflicts.ts';

const probability = (value: number) => z.number().min(0).max(1).default(value);

export const viewSchema = z.strictObject({
  crop: z
    .strictObject({
      probability: probability(1),
      areaMin: z.number().min(0.01).max(1).default(0.08),
      areaMax: z.number().min(0.01).max(1).default(1),
      aspectMin: z
        .number()
        .min(0.1)
        .max(1)
        .default(3 / 4),
      aspectMax: z
        .number()
        .min(1)
        .max(10)
        .default(4 / 3),
      sampling: z.enum(['torchvision', 'tensorflow']).default('torchvision'),
    })
    .prefault({}),
  flip: z.strictObject({ probability: probability(0.5) }).prefault({}),
  jitter: z
    .strictObject({
      probability: probability(0.8),
      brightness: z.number().min(0).max(2).default(0.4),
      contrast: z.number().min(0).max(2).default(0.4),
      saturation: z.number().min(0).max(2).default(0.4),
      hue: z.number().min(0).max(0.5).default(0.1),
    })
    .prefault({}),
  grey: z.strictObject({ probability: probability(0.2) }).prefault({}),
  blur: z
    .strictObject({
      probability: probability(0),
      sigmaMin: z.number().min(0.01).max(50).default(0.1),
      sigmaMax: z.number().min(0.01).max(50).default(2),
      scaleSigma: z.boolean().default(false),
    })
    .prefault({}),
});

export const trainingConfigSchema = z
  .strictObject({
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    side: z.int().min(8).max(512).default(32),
    batchSize: z.int().min(2).max(16_384).default(256),
    /** For batches larger than the memory: exact loss, computed a chunk at a time. */
    chunk: z
      .strictObject({
        /** Images of a chunk, of which `batchSize` is a multiple; null: the batch is computed whole. */
        images: z.int().min(1).max(8192).nullable().default(null),
        /** Statistics by chunk, or over the whole batch as if it were computed at once. */
        batchNorm: z.enum(['ghost', 'global']).default('ghost'),
      })
      .prefault({}),
    /** Exactly one is set: what the run was asked for. `minutes` is turned into steps by a probe before step 0. */
    length: z
      .union([
        z.strictObject({ epochs: z.number().positive().max(100_000) }),
        z.strictObject({ steps: z.int().positive().max(100_000_000) }),
        z.strictObject({ minutes: z.number().positive().max(100_000) }),
      ])
      .default({ epochs: 100 }),
    /** Short side kept in the pixel cache; null: 1.25 × side. */
    cacheSide: z.int().min(8).max(2048).nullable().default(null),
    /** `auto`: chosen by a short measured probe, written at step 0, kept on resume. */
    precision: z.enum(['auto', 'float32', 'bfloat16']).default('auto'),
    /** The compiled step; false runs eagerly. */
    compiled: z.boolean().default(true),
    views: viewSchema.prefault({}),
    secondViews: viewSchema.nullable().default(null),
    encoder: z
      .strictObject({
        depth: z.union([z.literal(18), z.literal(34), z.literal(50), z.literal(101), z.literal(152)]).default(18),
        width: z.number().min(0.25).max(4).default(0.25),
        stem: z.enum(['small', 'large']).default('small'),
        norm: z.enum(['batch', 'group']).default('batch'),
        init: z.enum(['he', 'uniform', 'reference']).default('he'),
        zeroInitLastGamma: z.boolean().default(true),
      })
      .prefault({}),
    head: z
      .strictObject({
        kind: z.enum(['none', 'linear', 'nonlinear']).default('nonlinear'),
        hiddenLayers: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(1),
        hiddenSize: z.int().min(1).max(65_536).nullable().default(null),
        outputSize: z.int().min(1).max(65_536).default(128),
        hiddenBatchNorm: z.boolean().default(true),
        outputBatchNorm: z.boolean().default(false),
      })
      .prefault({}),
    loss: z
      .strictObject({
        kind: z.enum(['nt-xent']).default('nt-xent'),
        temperature: z.number().min(0.001).max(1000).default(0.5),
      })
      .prefault({}),
    optimizer: z
      .strictObject({
        kind: z.enum(['sgd', 'lars', 'adamw']).default('sgd'),
        learningRateRule: z.enum(['linear', 'square-root', 'constant']).default('linear'),
        baseLearningRate: z.number().positive().max(1000).default(0.12),
        momentum: z.number().min(0).lt(1).default(0.9),
        nesterov: z.boolean().default(false),
        weightDecay: z.number().min(0).max(1).default(5e-4),
        trustCoefficient: z.number().positive().max(1).default(0.001),
        beta1: z.number().min(0).lt(1).default(0.9),
        beta2: z.number().min(0).lt(1).default(0.999),
        epsilon: z.number().positive().max(1).default(1e-8),
      })
      .prefault({}),
    schedule: z
      .strictObject({
        warmupEpochs: z.number().min(0).max(10_000).nullable().default(null),
        decay: z.enum(['cosine', 'constant']).default('cosine'),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    for (const { path, message } of conflictsIn(config)) context.addIssue({ code: 'custom', path, message });
  });

/** A run's configuration with every default filled in. */
export type TrainingConfig = Readonly<z.infer<typeof trainingConfigSchema>>;
/** What a preset file or a person gives: any part of it. */
export type TrainingConfigInput = z.input<typeof trainingConfigSchema>;
