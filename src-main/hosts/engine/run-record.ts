/** What is kept of a run's course, as its charts show it. */
import type { RunEvent } from '#application/ports/runs.ts';
import type { RunId } from '#base/ids.ts';
import type { PinnedAtStep, RunPoint, RunSummary } from '#contract/studio/runs.ts';
import { runHost } from '../cli/run-ports.ts';
import { pinnedAtSteps } from './pinned-at-steps.ts';
import type { StudioSession } from './studio-session.ts';

/** As `run.points` answers. */
interface RunRecord {
  readonly points: RunPoint[];
  readonly headlines: NonNullable<RunSummary['headline']>[];
  readonly neighbours: PinnedAtStep[];
  readonly advice: string[];
  readonly start: RunStart | null;
}

interface RunStart {
  readonly device: string;
  readonly precision: 'float32' | 'bfloat16';
  readonly isCompiled: boolean;
  readonly memoryBytes: number;
}

/** Points and headline numbers recorded so far. */
export function runRecord({ wiring, stores }: StudioSession, id: RunId): RunRecord {
  const events = runHost(wiring).readEvents(id);
  const points = events.flatMap((event) => (event.kind === 'progress' ? [pointOf(event)] : []));
  const headlines = events.flatMap((event) => {
    if (event.kind !== 'evaluated') return [];
    const { kind: _, ...headline } = event;
    return [headline];
  });
  const neighbours = pinnedAtSteps(events, stores.images);
  const advice = events.flatMap((event) => (event.kind === 'advice' ? [event.message] : []));
  return { points: thinned(points), headlines, neighbours, advice: advice.slice(-1), start: startOf(events) };
}

function startOf(events: readonly RunEvent[]): RunStart | null {
  const started = events.findLast((event) => event.kind === 'started');
  if (started === undefined) return null;
  const { device, precision, compiled, memoryBytes } = started;
  return { device, precision, isCompiled: compiled, memoryBytes };
}

/** More points than a chart has pixels only cost time; the last one always stays. */
const MOST_POINTS = 2000;

function thinned(points: readonly RunPoint[]): RunPoint[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

export function pointOf(event: Extract<RunEvent, { kind: 'progress' }>): RunPoint {
  const { step, epoch, loss, noSignalLoss, learningRate, viewsPerSecond, waitingShare, remainingMs, measures } = event;
  return {
    step,
    epoch,
    loss,
    noSignalLoss,
    learningRate,
    viewsPerSecond,
    waitingShare,
    remainingMs,
    measures: { ...measures },
  };
}
