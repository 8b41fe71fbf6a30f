/**
 * Which encoders can answer, and which one does when a question does not say: the one that somebody has settled on for
 * the dataset, else the newest that has seen images.
 */
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { encoderKey } from './encoder-key.ts';
import type { DatasetStore } from './ports/library.ts';
import type { ChosenEncoder } from './ports/query-encoder.ts';
import type { Run, RunHost, RunStore } from './ports/runs.ts';
import type { VectorSource } from './ports/vectors.ts';
import { keyOf } from './search-images.ts';

/** Where runs and choices are remembered. */
export interface EncoderStores {
  readonly runs: RunStore;
  readonly datasets: Pick<DatasetStore, 'encoderChoice'>;
}

/**
 * @param datasetId only runs of this dataset; null: all runs.
 * @returns `unused`: the newest finished run that no image has been encoded with, when colour and shape answer instead.
 */
export async function currentEncoder(
  stores: EncoderStores,
  host: Pick<RunHost, 'inspect'>,
  vectors: Pick<VectorSource, 'describe'>,
  datasetId: DatasetId | null,
): Promise<{ readonly encoder: ChosenEncoder; readonly unused: Run | null }> {
  const { answering, chosen } = await answeringEncoders(stores, host, vectors, datasetId);
  const encoder = answering[0]!;
  const isUnused = chosen === null && encoder.kind === 'baseline';
  return { encoder, unused: isUnused ? (finishedRuns(stores.runs, datasetId)[0] ?? null) : null };
}

/**
 * All that can answer: finished runs that have seen images, newest first, then colour and shape; before them all the one
 * that somebody has settled on for the dataset, as long as it can.
 */
export async function answeringEncoders(
  { runs, datasets }: EncoderStores,
  host: Pick<RunHost, 'inspect'>,
  vectors: Pick<VectorSource, 'describe'>,
  datasetId: DatasetId | null,
): Promise<{ readonly answering: readonly ChosenEncoder[]; readonly chosen: ChosenEncoder | null }> {
  const able: ChosenEncoder[] = [];
  for (const run of finishedRuns(runs, datasetId)) {
    const encoder = await seeingEncoder(run, host, vectors);
    if (encoder !== null) able.push(encoder);
  }
  able.push({ kind: 'baseline' });
  const choice = datasetId === null ? null : datasets.encoderChoice(datasetId);
  const chosen = able.find((encoder) => keyOf(encoder) === choice) ?? null;
  return { answering: chosen === null ? able : [chosen, ...able.filter((one) => one !== chosen)], chosen };
}

function finishedRuns(runs: RunStore, datasetId: DatasetId | null): readonly Run[] {
  return runs
    .list()
    .filter((run) => run.status === 'finished' && (datasetId === null || run.datasetId === datasetId))
    .toSorted((a, b) => b.createdMs - a.createdMs);
}

async function seeingEncoder(
  run: Run,
  host: Pick<RunHost, 'inspect'>,
  vectors: Pick<VectorSource, 'describe'>,
): Promise<ChosenEncoder | null> {
  const encoder = await encoderOfRun(run, host);
  if (encoder === null) return null;
  const held = vectors.describe(encoderKey(run.id, encoder.checkpointStep, 'h'));
  return held !== null && held.count > 0 ? encoder : null;
}

/** A run's newest complete checkpoint as an encoder; null when it has none. */
export async function encoderOfRun(
  run: Run,
  host: Pick<RunHost, 'inspect'>,
): Promise<Extract<ChosenEncoder, { kind: 'run' }> | null> {
  const { checkpoint } = await host.inspect(run.id);
  if (checkpoint === null) return null;
  return { kind: 'run', runId: run.id, runName: run.name, checkpointStep: checkpoint.step };
}

/**
 * @param step of the checkpoint; null: the newest.
 * @throws KindredError `checkpoint.missing`, naming those that are kept.
 */
export async function requireEncoder(
  run: Run,
  host: Pick<RunHost, 'inspect' | 'keptSteps'>,
  step: number | null = null,
): Promise<Extract<ChosenEncoder, { kind: 'run' }>> {
  const kept = step === null ? [] : host.keptSteps(run.id);
  if (step !== null && kept.includes(step)) {
    return { kind: 'run', runId: run.id, runName: run.name, checkpointStep: step };
  }
  if (step !== null && kept.length > 0) {
    const text = `Run "${run.name}" (${run.id}) keeps no checkpoint of step ${step}. It keeps ${kept.join(', ')}.`;
    throw new KindredError('checkpoint.missing', text, { runId: run.id, step, kept });
  }
  const encoder = await encoderOfRun(run, host);
  if (encoder !== null) return encoder;
  throw new KindredError(
    'checkpoint.missing',
    `Run "${run.name}" (${run.id}) has no checkpoint yet. Train it first: "resume ${run.id}".`,
    { runId: run.id },
  );
}
