/** What `train` and `resume` say with `--json`: one of these a line. Fields beyond those named here may be added. */
import { z } from 'zod';

const line = <Name extends string, Shape extends z.ZodRawShape>(event: Name, shape: Shape) =>
  z.looseObject({ event: z.literal(event), runId: z.string(), ...shape });

/** Share in [0, 1]; `chance` is what guessing gives. */
const headlineShape = {
  protocol: z.enum(['knn', 'retrieval']),
  step: z.int(),
  top1: z.number(),
  chance: z.number(),
  k: z.int().nullable(),
  n: z.int(),
};

/** How far a session came, and the numbers it ended with; null where none was measured. */
const endShape = {
  /** Optimizer updates since the run began, all sessions together; and the time they took. */
  steps: z.int(),
  seconds: z.number(),
  loss: z.number().nullable(),
  noSignalLoss: z.number().nullable(),
  headline: z.object(headlineShape).nullable(),
};

/** Parts of wall clock in milliseconds; they add up to it. */
const stepParts = {
  /** TensorFlow at work. */
  session: z.number(),
  feeding: z.number(),
  reading: z.number(),
  /** For data. */
  waiting: z.number(),
  rest: z.number(),
};

/** Where the time goes, in milliseconds; also `profile.json` in the run's folder. */
const profileShape = {
  /** The session's last; else told early, after the traced steps. */
  isFinal: z.boolean(),
  step: z.int(),
  threads: z.int(),
  /** Mean of steps without tracing; null when there were too few. */
  plain: z
    .strictObject({ steps: z.int(), ms: z.number(), parts: z.strictObject(stepParts), processorMs: z.number() })
    .nullable(),
  /** Mean of steps with tracing; null when there were too few, and on a GPU. */
  traced: z
    .strictObject({
      steps: z.int(),
      ms: z.number(),
      sessionMs: z.number(),
      operationsMs: z.number(),
      operationsWallMs: z.number(),
      operations: z.array(
        z.strictObject({
          op: z.string(),
          count: z.number(),
          ms: z.number(),
          share: z.number(),
          wallMs: z.number(),
        }),
      ),
    })
    .nullable(),
  /** The whole session so far. */
  wall: z.strictObject({
    ...stepParts,
    judging: z.number(),
    checkpoints: z.number(),
    profiling: z.number(),
    loop: z.number(),
  }),
};

export const runEventSchema = z.discriminatedUnion('event', [
  /** `train --queue` alone, whenever its place changes: how many wait before it. */
  line('run.queued', { before: z.int() }),
  /** `auto` alone, before the run is made: what it chose, by what, and the views a second it measured. */
  line('run.chosen', {
    side: z.int(),
    depth: z.int(),
    width: z.number(),
    minutes: z.number(),
    imageCount: z.int(),
    medianShortSide: z.int(),
    needed: z.number(),
    tried: z.array(z.strictObject({ side: z.int(), width: z.number(), viewsPerSecond: z.number() })),
    message: z.string(),
  }),
  line('run.started', {
    step: z.int(),
    totalSteps: z.int(),
    stepsPerEpoch: z.int(),
    batchSize: z.int(),
    device: z.string(),
    precision: z.enum(['float32', 'bfloat16']),
    compiled: z.boolean(),
    /** Expected by the probe. */
    remainingMs: z.number(),
    checkpointBytes: z.number(),
  }),
  line('run.progress', {
    step: z.int(),
    epoch: z.number(),
    totalSteps: z.int(),
    loss: z.number(),
    noSignalLoss: z.number(),
    learningRate: z.number(),
    viewsPerSecond: z.number(),
    /** Share of the time spent waiting for data, in [0, 1]. */
    waitingShare: z.number(),
    elapsedMs: z.number(),
    remainingMs: z.number(),
  }),
  line('run.checkpointed', { step: z.int(), sizeBytes: z.number(), durationMs: z.number() }),
  line('run.evaluated', headlineShape),
  line('run.advised', { step: z.int(), code: z.string(), message: z.string() }),
  /** `--profile` alone. */
  line('run.profiled', profileShape),
  line('run.paused', endShape),
  /** Means over the session's steps; the share is of their time, as in `run.progress`. */
  line('run.finished', { ...endShape, viewsPerSecond: z.number(), waitingShare: z.number() }),
  line('run.failed', { code: z.string(), message: z.string(), step: z.int().nullable() }),
]);
export type RunEventLine = Readonly<z.infer<typeof runEventSchema>>;
