/** What a run would be, as far as it is known before the start: by its images, by measuring, and by runs like it. */
import { cacheSideOf } from '#application/start-run.ts';
import { asksForGpu, deviceReason } from '#application/doctor.ts';
import type { Run, RunEvent } from '#application/ports/runs.ts';
import { isolated } from '#contract/isolated-name.ts';
import type { Plan } from '#contract/studio/runs.ts';
import type { TrainingConfig } from '#contract/training-config.ts';
import { deviceChoice } from '../cli/doctor/doctor-ports.ts';
import { machineFacts } from '../cli/doctor/machine-facts.ts';
import { CHECKPOINTS_AT_ONCE, checkpointBytes } from '../compute/checkpoint-bytes.ts';
import { chunkNote } from '../compute/chunk-notes.ts';
import { runHost } from '../cli/run-ports.ts';
import type { RunWish } from './measurements.ts';
import type { StudioSession } from './studio-session.ts';

type PlanSession = Pick<StudioSession, 'measurements' | 'index' | 'stores' | 'wiring'>;

interface Known {
  readonly viewsPerSecond: number;
  readonly memoryBytes: number;
  readonly device: string;
  readonly measuredBy: string;
}

/** @throws KindredError `dataset.empty`. */
export async function planRun(session: PlanSession, wish: RunWish): Promise<Plan> {
  const measured = session.measurements.find(wish);
  const config = measured?.config ?? wish.config;
  const { images, notes, pixelBytes } = await session.index.ask('plannedImages', wish.datasetId, cacheSideOf(config));
  const stepsPerEpoch = Math.max(1, Math.floor(images / config.batchSize));
  const known = measured === null ? knownBefore(session, wish) : { ...measured, measuredBy: 'measured just now' };
  const viewsPerSecond = known?.viewsPerSecond ?? null;
  const totalSteps = stepsOf(config, stepsPerEpoch, viewsPerSecond);
  const isPlanned = totalSteps !== null && viewsPerSecond !== null;
  const machine = machineFacts();
  return {
    config,
    images,
    stepsPerEpoch,
    viewsPerSecond,
    measuredBy: known?.measuredBy ?? null,
    memoryBytes: known?.memoryBytes ?? null,
    machineMemoryBytes: machine.memoryBytes,
    totalSteps,
    durationMs: isPlanned ? (totalSteps * 2 * config.batchSize * 1000) / viewsPerSecond : minutesOf(config),
    diskBytes: pixelBytes + CHECKPOINTS_AT_ONCE * checkpointBytes(config),
    device: `${machine.processor}, ${machine.cores} cores`,
    deviceReason: reasonOf(known?.device ?? null),
    warnings: [
      ...notes,
      ...chunkNotes(config),
      ...warningsOf(images, config),
      ...memoryWarning(known, machine.memoryBytes),
    ],
  };
}

function reasonOf(device: string | null): string {
  const choice = deviceChoice();
  if (device === null && asksForGpu(choice)) return `GPU if TensorFlow can use it: ${choice}`;
  return deviceReason(device === null || device === 'cpu' ? 'cpu' : 'gpu', choice);
}

/** All that a step's time and memory depend on: views are cut out of the cache's pictures and altered in the step. */
function workOf(config: TrainingConfig): string {
  const { side, batchSize, encoder, head, chunk, precision, compiled, optimizer, views, secondViews } = config;
  const { kind, nesterov } = optimizer;
  const step = { side, batchSize, encoder, head, chunk, precision, compiled, kind, nesterov, views, secondViews };
  return JSON.stringify([step, cacheSideOf(config)]);
}

/** By the newest run of the same work that got as far as to be measured here. */
function knownBefore(session: PlanSession, { config, withChanges }: RunWish): Known | null {
  // What `auto` will choose is not known before it is measured, so no other run is like it.
  if (withChanges !== null) return null;
  const work = workOf(config);
  const isAlike = ({ config: other }: Run): boolean => workOf(other) === work;
  for (const run of session.stores.runs.list().filter(isAlike)) {
    const known = knownBy(runHost(session.wiring).readEvents(run.id));
    if (known !== null) return { ...known, measuredBy: `as the run “${isolated(run.name)}” was` };
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
