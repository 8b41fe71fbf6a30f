/** What a run would be, as far as it is known before the start: by its images, and by runs like it on this computer. */
import { availableParallelism, cpus } from 'node:os';
import { freezeImages } from '#application/running/freeze-images.ts';
import type { Run } from '#application/ports/runs.ts';
import type { DatasetId } from '#base/ids.ts';
import type { Plan } from '#contract/studio/runs.ts';
import type { TrainingConfig } from '#contract/training-config.ts';
import { runHost } from '../cli/run-ports.ts';
import type { StudioSession } from './studio-session.ts';

/** Of a picture in the cache: three planes of 1.25 sides squared, and a half again for oblong ones. */
const CACHE_BYTES_PER_SIDE_SQUARED = 3 * 1.25 ** 2 * 1.5;

/** @throws KindredError `dataset.empty`. */
export function planRun(session: StudioSession, datasetId: DatasetId, config: TrainingConfig): Plan {
  const { images, notes } = freezeImages(session.stores.files.images(datasetId), config.seed);
  const stepsPerEpoch = Math.max(1, Math.floor(images.length / config.batchSize));
  const viewsPerSecond = measuredRate(session, config);
  const totalSteps = stepsOf(config, stepsPerEpoch, viewsPerSecond);
  const isPlanned = totalSteps !== null && viewsPerSecond !== null;
  return {
    config,
    images: images.length,
    stepsPerEpoch,
    viewsPerSecond,
    totalSteps,
    durationMs: isPlanned ? (totalSteps * 2 * config.batchSize * 1000) / viewsPerSecond : minutesOf(config),
    diskBytes: Math.round(images.length * config.side ** 2 * CACHE_BYTES_PER_SIDE_SQUARED),
    device: deviceName(),
    deviceReason: `${availableParallelism()} cores`,
    warnings: [...notes, ...warningsOf(images.length, config)],
  };
}

/** `auto` is measured at the start; until a run has been made this is the processor's name. */
function deviceName(): string {
  return cpus()[0]?.model.trim() ?? 'processor';
}

/** Views a second of the newest run with the same network and side that was measured here. */
function measuredRate(session: StudioSession, config: TrainingConfig): number | null {
  const isAlike = ({ config: other }: Run): boolean =>
    other.side === config.side &&
    other.batchSize === config.batchSize &&
    other.encoder.depth === config.encoder.depth &&
    other.encoder.width === config.encoder.width;
  for (const run of session.stores.runs.list().filter(isAlike)) {
    const rates = runHost(session.wiring)
      .readEvents(run.id)
      .flatMap((event) => (event.kind === 'progress' && event.viewsPerSecond > 0 ? [event.viewsPerSecond] : []))
      .toSorted((a, b) => a - b);
    if (rates.length > 0) return rates[rates.length >> 1]!;
  }
  return null;
}

function stepsOf({ length, batchSize }: TrainingConfig, stepsPerEpoch: number, rate: number | null): number | null {
  if ('steps' in length) return length.steps;
  if ('epochs' in length) return Math.max(1, Math.round(length.epochs * stepsPerEpoch));
  return rate === null ? null : Math.max(1, Math.floor((length.minutes * 60 * rate) / (2 * batchSize)));
}

function minutesOf({ length }: TrainingConfig): number | null {
  return 'minutes' in length ? length.minutes * 60_000 : null;
}

function warningsOf(images: number, { batchSize }: TrainingConfig): string[] {
  if (images >= batchSize) return [];
  return [
    `A batch of ${batchSize} is larger than the ${images} images there are: lower "Images in a batch" to ${images}.`,
  ];
}
