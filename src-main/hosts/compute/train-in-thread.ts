/** A run from its plan to its end, in the training thread. */
import { statfs } from 'node:fs/promises';
import { KindredError } from '#base/errors.ts';
import { systemClock } from '#base/clock.ts';
import { initialState } from '#simclr/initial-state.ts';
import { noSignalLoss } from '#simclr/losses/nt-xent.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { learningRateAt, type RunLength } from '#simclr/schedules/learning-rate.ts';
import { planBatches, type BatchPlan } from '#training/batch-plan.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import type { BatchSource, StateArrays } from '#training/ports.ts';
import { stepsOfRun } from '#training/run-length.ts';
import { trainRun } from '#training/training-loop.ts';
import { chunkNote } from './chunk-notes.ts';
import { deviceMemory } from './device-memory.ts';
import { activationBytes } from './expected-memory.ts';
import { DataSource } from './data-source.ts';
import { CHECKPOINTS_AT_ONCE } from './checkpoint-bytes.ts';
import { headlineEvaluation, judgedHashes, judgedLook } from './judged-images.ts';
import type { LookShapes } from './looks.ts';
import type { StartedFacts, TrainingResult, TrainJob } from './messages.ts';
import { judgedMost, probeJudgedImageMs, probeStepMs } from './run-probe.ts';
import { type ResolvedRun, runFolderAt } from './run-folder.ts';
import { RunProfiler } from './run-profiler.ts';
import type { ThreadLink } from './thread-link.ts';
import { wireDevice, type WiredDevice } from './wiring.ts';

export async function trainInThread(job: TrainJob, link: ThreadLink): Promise<TrainingResult> {
  const { plan } = job;
  const batchPlan = planBatches(plan.images.length, plan.config.batchSize, plan.config.chunk.images);
  const { batchSize, chunkImages } = batchPlan;
  const recipe: Recipe = { ...plan.config, batchSize, chunk: { ...plan.config.chunk, images: chunkImages } };
  const source = await DataSource.open({
    recipe,
    seed: plan.config.seed,
    cacheFolder: plan.cacheFolder,
    cacheSide: plan.cacheSide,
    images: plan.images,
    judged: judgedHashes(plan.judged),
  });
  const state: StateArrays = job.checkpoint?.state ?? job.initial ?? initialState(recipe, plan.config.seed);
  const profiler = job.isProfiled ? await profilerOf(job, link) : null;
  const device = await wireDevice(recipe, {
    threads: plan.threads,
    precision: job.resolved?.precision ?? plan.config.precision,
    compiled: job.resolved?.compiled ?? plan.config.compiled,
    canvasSide: source.canvasSide,
    looks: looksOfRun(plan, source),
    state,
    memory: deviceMemory(job.runFolder),
    warn: (message) => link.tell({ kind: 'log', level: 'warning', message }),
  });
  try {
    const { resolved, hasStepped } =
      job.resolved === null
        ? await probe(job, device, source, state, batchPlan)
        : { resolved: job.resolved, hasStepped: false };
    const notes = [batchPlan.note, chunkNote(recipe, resolved.precision)];
    // Before the first step of the whole batch its activations are not in the resident set yet.
    const toComeBytes = hasStepped ? 0 : activationBytes(recipe, resolved.precision);
    const started = await startedFacts(job, resolved, state, notes, toComeBytes);
    refuseFullDisk(job, started);
    if (device.graph !== null) runFolderAt(job.runFolder).keepGraph(device.graph);
    link.tell({ kind: 'resolved', resolved, started });
    const evaluation = headlineEvaluation(plan.judged, resolved.judgedMost, source);
    const loopPlan = {
      totalSteps: resolved.totalSteps,
      viewsPerStep: 2 * recipe.batchSize,
      noSignalLoss: noSignalLoss(recipe.batchSize),
      healthyStd: 1 / Math.sqrt(recipe.head.outputSize),
      from: job.checkpoint?.meta ?? null,
    };
    const { checkpoints } = link;
    const parts = {
      runner: device.runner,
      batches: batchesOf(source, recipe, resolved),
      checkpoints: { ...checkpoints, readNewest: async () => job.checkpoint, list: async () => [] },
      metrics: link,
      clock: systemClock,
      control: link,
      evaluation,
    };
    const result = await trainRun(profiler?.watched(parts, loopPlan.from?.step ?? 0) ?? parts, loopPlan);
    if (profiler !== null) link.tell({ kind: 'profiled', profile: profiler.profile(), isFinal: true });
    return { kind: 'train', ...result };
  } finally {
    device.runner.dispose();
    await source.close();
  }
}

/** TensorFlow is loaded for it, since its calls have to be watched from before the session is made. */
async function profilerOf({ plan }: TrainJob, link: ThreadLink): Promise<RunProfiler> {
  const { backend, threads } = await loadTensorFlow({ threads: plan.threads === 0 ? null : plan.threads });
  return new RunProfiler(backend, threads, (profile) => link.tell({ kind: 'profiled', profile, isFinal: false }));
}

function batchesOf(source: DataSource, recipe: Recipe, length: RunLength): BatchSource {
  return {
    stepsPerEpoch: length.stepsPerEpoch,
    batch: (step) => source.batch(step, learningRateAt(recipe, step, length)),
    close: () => source.close(),
  };
}

function looksOfRun({ judged }: TrainJob['plan'], source: DataSource): LookShapes {
  const look = judgedLook(judged);
  return look === null ? {} : { [look]: source.looks[look] };
}

/**
 * Measures what isn't remembered. Only a length in minutes needs the time of a step as it is today.
 *
 * @returns whether steps of the whole batch were made for it.
 */
async function probe(
  { plan }: TrainJob,
  device: WiredDevice,
  source: DataSource,
  state: StateArrays,
  { batchSize, stepsPerEpoch }: BatchPlan,
): Promise<{ readonly resolved: ResolvedRun; readonly hasStepped: boolean }> {
  const { runner, known, estimatedStepMs } = device;
  const { length } = plan.config;
  const roughly = 'minutes' in length ? null : (known?.stepMs ?? estimatedStepMs);
  const stepMs = roughly ?? (await probeStepMs(runner, source, state));
  const totalSteps = stepsOfRun(length, stepsPerEpoch, stepMs);
  const judgedCount = judgedHashes(plan.judged).length;
  const judgedImageMs =
    known?.judgedImageMs ?? (await probeJudgedImageMs(runner, source, judgedLook(plan.judged), judgedCount));
  device.remember({ stepMs, judgedImageMs });
  const most = judgedMost(judgedImageMs, totalSteps * stepMs);
  const resolved = { totalSteps, stepsPerEpoch, batchSize, ...runner.description, stepMs, judgedMost: most };
  return { resolved, hasStepped: roughly === null };
}

async function startedFacts(
  { plan, runFolder, checkpoint }: TrainJob,
  resolved: ResolvedRun,
  state: StateArrays,
  notes: readonly (string | null)[],
  toComeBytes: number,
): Promise<StartedFacts> {
  const { bavail, bsize } = await statfs(runFolder);
  const step = checkpoint?.meta.step ?? 0;
  const { totalSteps, stepsPerEpoch, batchSize, device, precision, compiled, stepMs } = resolved;
  return {
    step,
    totalSteps,
    stepsPerEpoch,
    batchSize,
    device,
    precision,
    compiled,
    remainingMs: (totalSteps - step) * stepMs,
    checkpointBytes: [...state.values()].reduce((bytes, { values }) => bytes + values.byteLength, 0),
    memoryBytes: process.memoryUsage.rss() + toComeBytes,
    freeDiskBytes: bavail * bsize,
    notes: [...notes, judgedNote(plan.judged)].filter((text) => text !== null),
  };
}

function judgedNote(judged: TrainJob['plan']['judged']): string | null {
  if (judged.protocol === 'none') return 'There are too few images to judge the encoder by while it trains.';
  if (judged.protocol === 'knn' && judged.seenInTraining) {
    return 'The headline number is measured on images that are also trained on (without their labels): use "evaluate" for one to publish.';
  }
  return null;
}

function refuseFullDisk({ runFolder }: TrainJob, { checkpointBytes, freeDiskBytes, step }: StartedFacts): void {
  const needed = (step === 0 ? CHECKPOINTS_AT_ONCE : 2) * checkpointBytes;
  if (freeDiskBytes >= needed) return;
  const text = `The run needs ${megabytes(needed)} for its checkpoints and "${runFolder}" has ${megabytes(freeDiskBytes)} left. Free some space, or choose a smaller encoder.`;
  throw new KindredError('disk.full', text, { neededBytes: needed, freeBytes: freeDiskBytes });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
