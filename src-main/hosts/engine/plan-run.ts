/** What a run would be, as far as it is known before the start: by its images, by measuring, and by runs like it. */
import { freezeImages } from '#application/running/freeze-images.ts';
import { cacheSideOf } from '#application/start-run.ts';
import { asksForGpu, deviceReason } from '#application/doctor.ts';
import type { Run, RunEvent } from '#application/ports/runs.ts';
import type { Plan } from '#contract/studio/runs.ts';
import type { TrainingConfig } from '#contract/training-config.ts';
import { deviceChoice } from '../cli/doctor/doctor-ports.ts';
import { machineFacts } from '../cli/doctor/machine-facts.ts';
import { chunkNote } from '../compute/chunk-notes.ts';
import { runHost } from '../cli/run-ports.ts';
import type { RunWish } from './measurements.ts';
import type { StudioSession } from './studio-session.ts';

/** Of a picture in the cache, a pixel of its short side squared: three planes, and a half again for oblong ones. */
const CACHE_BYTES_PER_PIXEL = 3 * 1.5;

interface Known {
  readonly viewsPerSecond: number;
  readonly memoryBytes: number;
  readonly device: string;
  readonly measuredBy: string;
}

/** @throws KindredError `dataset.empty`. */
export function planRun(session: StudioSession, wish: RunWish): Plan {
  const measured = session.measurements.find(wish);
  const config = measured?.config ?? wish.config;
  const { images, notes } = freezeImages(session.stores.files.images(wish.datasetId), config.seed);
  const stepsPerEpoch = Math.max(1, Math.floor(images.length / config.batchSize));
  // What `auto` will choose is not known before it is measured, so no other run is like it.
  const alike = wish.withChanges === null ? knownByRun(session, config) : null;
  const known = (measured && { ...measured, measuredBy: 'measured just now' }) ?? alike;
  const viewsPerSecond = known?.viewsPerSecond ?? null;
  const totalSteps = stepsOf(config, stepsPerEpoch, viewsPerSecond);
  const isPlanned = totalSteps !== null && viewsPerSecond !== null;
  const machine = machineFacts();
  return {
    config,
    images: images.length,
    stepsPerEpoch,
    viewsPerSecond,
    measuredBy: known?.measuredBy ?? null,
    memoryBytes: known?.memoryBytes ?? null,
    machineMemoryBytes: machine.memoryBytes,
    totalSteps,
    durationMs: isPlanned ? (totalSteps * 2 * config.batchSize * 1000) / viewsPerSecond : minutesOf(config),
    diskBytes: Math.round(images.length * cacheSideOf(config) ** 2 * CACHE_BYTES_PER_PIXEL),
    device: `${machine.processor}, ${machine.cores} cores`,
    deviceReason: reasonOf(known?.device ?? null),
    warnings: [
      ...notes,
      ...chunkNotes(config),
      ...warningsOf(images.length, config),
      ...memoryWarning(known, machine.memoryBytes),
    ],
  };
}

function reasonOf(device: string | null): string {
  const choice = deviceChoice();
  if (device === null && asksForGpu(choice)) return `GPU if TensorFlow can use it: ${choice}`;
  return deviceReason(device === null || device === 'cpu' ? 'cpu' : 'gpu', choice);
}

/** All that a step's time and memory depend on. */
function workOf({ side, batchSize, encoder, head, chunk, precision, compiled, optimizer }: TrainingConfig): string {
  return JSON.stringify([side, batchSize, encoder, head, chunk, precision, compiled, optimizer.kind]);
}

/** By the newest run of the same work that got as far as to be measured here. */
function knownByRun(session: StudioSession, config: TrainingConfig): Known | null {
  const work = workOf(config);
  const isAlike = ({ config: other }: Run): boolean => workOf(other) === work;
  for (const run of session.stores.runs.list().filter(isAlike)) {
    const known = knownBy(runHost(session.wiring).readEvents(run.id));
    if (known !== null) return { ...known, measuredBy: `as the run “${run.name}” was` };
  }
  return null;
}

function knownBy(events: readonly RunEvent[]): Omit<Known, 'measuredBy'> | null {
  const starts = events.filter((event) => event.kind === 'started');
  const rates: readonly number[] = events
    .flatMap((event) => (event.kind === 'progress' && event.viewsPerSecond > 0 ? [event.viewsPerSecond] : []))
    .toSorted((a, b) => a - b);
  const viewsPerSecond = rates[rates.length >> 1] ?? probedRate(starts.at(-1));
  if (starts.length === 0 || viewsPerSecond === null) return null;
  return {
    viewsPerSecond,
    memoryBytes: Math.max(...starts.map(({ memoryBytes }) => memoryBytes)),
    device: starts.at(-1)!.device,
  };
}

/** Of a run too short to have told more: as its probe expected. */
function probedRate(start: Extract<RunEvent, { kind: 'started' }> | undefined): number | null {
  if (start === undefined || start.remainingMs <= 0) return null;
  return (2 * start.batchSize * 1000 * (start.totalSteps - start.step)) / start.remainingMs;
}

function stepsOf({ length, batchSize }: TrainingConfig, stepsPerEpoch: number, rate: number | null): number | null {
  if ('steps' in length) return length.steps;
  if ('epochs' in length) return Math.max(1, Math.round(length.epochs * stepsPerEpoch));
  return rate === null ? null : Math.max(1, Math.floor((length.minutes * 60 * rate) / (2 * batchSize)));
}

function minutesOf({ length }: TrainingConfig): number | null {
  return 'minutes' in length ? length.minutes * 60_000 : null;
}

function chunkNotes(config: TrainingConfig): string[] {
  const note = chunkNote(config, config.precision === 'auto' ? null : config.precision);
  return note === null ? [] : [note];
}

function memoryWarning(known: Pick<Known, 'memoryBytes'> | null, machineBytes: number): string[] {
  if (known === null || known.memoryBytes < machineBytes) return [];
  return ['This run needs more memory than there is: choose a smaller batch, side or encoder, or train in chunks.'];
}

function warningsOf(images: number, { batchSize }: TrainingConfig): string[] {
  if (images >= batchSize) return [];
  return [
    `A batch of ${batchSize} is larger than the ${images} images there are: lower "Images in a batch" to ${images}.`,
  ];
}
