import { oc } from '@orpc/contract';
import { z } from 'zod';
import { trainingConfigSchema } from '../training-config.ts';

const headlineSchema = z.object({
  protocol: z.enum(['knn', 'retrieval']),
  step: z.int(),
  top1: z.number(),
  chance: z.number(),
  k: z.int().nullable(),
  n: z.int(),
});

export const runSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  datasetId: z.int(),
  datasetName: z.string(),
  status: z.enum(['queued', 'running', 'pausing', 'paused', 'finished', 'failed']),
  /** Among those that wait for their turn, from 1; null: it does not wait. */
  place: z.int().nullable(),
  createdMs: z.number(),
  step: z.int(),
  totalSteps: z.int().nullable(),
  elapsedMs: z.number(),
  loss: z.number().nullable(),
  headline: headlineSchema.nullable(),
  failure: z.object({ code: z.string(), message: z.string(), step: z.int().nullable() }).nullable(),
  /** The last step it was heard of when its process ended without a word; null: it did not, or somebody knows. */
  interruptedStep: z.int().nullable(),
  config: trainingConfigSchema,
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** One line of a run's record; what is not measured at a step is left out. */
export const runPointSchema = z.object({
  step: z.int(),
  epoch: z.number(),
  loss: z.number(),
  noSignalLoss: z.number(),
  learningRate: z.number(),
  viewsPerSecond: z.number(),
  waitingShare: z.number(),
  remainingMs: z.number(),
  measures: z.record(z.string(), z.number()),
});
export type RunPoint = z.infer<typeof runPointSchema>;

/** The same few images at each headline evaluation, with those nearest to them by the encoder of that step. */
export const pinnedAtStepSchema = z.object({
  step: z.int(),
  pins: z.array(
    z.object({
      imageId: z.int(),
      /** Best first; cosine similarities. */
      nearest: z.array(z.object({ imageId: z.int(), score: z.number() })),
    }),
  ),
});
export type PinnedAtStep = z.infer<typeof pinnedAtStepSchema>;

export const presetSchema = z.object({ name: z.string(), title: z.string(), summary: z.string() });

export const planSchema = z.object({
  /** What would run, every default filled in. */
  config: trainingConfigSchema,
  images: z.int(),
  stepsPerEpoch: z.int(),
  /** By measuring, or by a run of the same network on this computer; null: nobody knows yet. */
  viewsPerSecond: z.number().nullable(),
  /** What `viewsPerSecond` is known by, in words. */
  measuredBy: z.string().nullable(),
  /** Most that the compute process takes; null: not measured yet. */
  memoryBytes: z.number().nullable(),
  /** Of this computer, or of the container Kindred runs in. */
  machineMemoryBytes: z.number(),
  totalSteps: z.int().nullable(),
  durationMs: z.number().nullable(),
  diskBytes: z.number(),
  /** Name of the processor. */
  device: z.string(),
  /** Why the CPU or the GPU. */
  deviceReason: z.string(),
  warnings: z.array(z.string()),
});
export type Plan = z.infer<typeof planSchema>;

const runId = z.strictObject({ id: z.string() });
const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const start = z.strictObject({
  datasetId: z.int(),
  preset: z.string().default('auto'),
  minutes: z.number().positive().optional(),
  /** By dotted path: `{ "encoder.width": 0.5 }`. */
  settings: settings.default({}),
  name: z.string().max(200).optional(),
});

export const runContract = {
  presets: oc.output(z.array(presetSchema)),
  /** What pressing Train would do, as far as it is known before the start. */
  plan: oc.input(start).output(planSchema),
  /** The same after measuring, some seconds later; as `plan` while a run trains or when something else came first. */
  measure: oc.input(start).output(planSchema),
  start: oc.input(start).output(z.object({ id: z.string() })),
  list: oc.output(z.array(runSummarySchema)),
  show: oc.input(runId).output(runSummarySchema),
  points: oc.input(z.strictObject({ id: z.string(), afterStep: z.int().default(-1) })).output(
    z.object({
      points: z.array(runPointSchema),
      headlines: z.array(headlineSchema),
      /** Oldest first. */
      neighbours: z.array(pinnedAtStepSchema),
      advice: z.array(z.string()),
      /** What its newest session began with; null before the first. */
      start: z
        .object({
          device: z.string(),
          precision: z.enum(['float32', 'bfloat16']),
          isCompiled: z.boolean(),
          memoryBytes: z.number(),
        })
        .nullable(),
    }),
  ),
  pause: oc.input(runId).output(z.object({})),
  resume: oc.input(runId).output(z.object({})),
  /** Stop and keep: ends the run with the encoder it has. One that trains makes its step and a checkpoint first. */
  keep: oc.input(runId).output(z.object({})),
  /** A new run from the newest checkpoint of one at rest, with a warm-up and a cosine of its own. */
  longer: oc
    .input(
      z.strictObject({
        id: z.string(),
        minutes: z.number().positive().max(100_000),
        name: z.string().max(200).optional(),
      }),
    )
    .output(z.object({ id: z.string() })),
  /** That the run was interrupted has been read, and is told no more. */
  forgetInterruption: oc.input(runId).output(z.object({})),
  rename: oc.input(z.strictObject({ id: z.string(), name: z.string().min(1).max(200) })).output(z.object({})),
  /** What `remove` would erase, for the question before it. */
  removal: oc.input(runId).output(z.object({ checkpoints: z.int(), embeddings: z.int() })),
  remove: oc.input(runId).output(z.object({})),
};
