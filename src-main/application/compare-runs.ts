/** Two runs side by side: the settings in which they differ, and their curves at the same fractions of each run. */
import type { TrainingConfig } from '#contract/training-config.ts';
import type { Run, RunEvent, RunHost } from './ports/runs.ts';

export interface SettingDifference {
  /** Dotted path, as `--set` takes it. */
  readonly key: string;
  readonly a: unknown;
  readonly b: unknown;
}

export interface CurvePoint {
  readonly step: number;
  readonly epoch: number;
  readonly elapsedMs: number;
  readonly loss: number;
}

export interface HeadlinePoint {
  readonly step: number;
  readonly protocol: 'knn' | 'retrieval';
  readonly top1: number;
}

export interface RunCurves {
  /** Losses averaged over equal parts of what was trained. */
  readonly losses: readonly CurvePoint[];
  readonly headlines: readonly HeadlinePoint[];
}

export interface RunComparison {
  readonly settings: readonly SettingDifference[];
  readonly a: RunCurves;
  readonly b: RunCurves;
}

const CURVE_POINTS = 20;

export function compareRuns(host: Pick<RunHost, 'readEvents'>, a: Run, b: Run): RunComparison {
  return {
    settings: settingDifferences(a.config, b.config),
    a: runCurves(host.readEvents(a.id)),
    b: runCurves(host.readEvents(b.id)),
  };
}

/** Settings with different values, in the order of the first configuration. */
export function settingDifferences(a: TrainingConfig, b: TrainingConfig): readonly SettingDifference[] {
  const [left, right] = [flatSettings(a), flatSettings(b)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((key) => ({ key, a: left.get(key) ?? null, b: right.get(key) ?? null }))
    .filter((pair) => pair.a !== pair.b);
}

export function runCurves(events: readonly RunEvent[], points = CURVE_POINTS): RunCurves {
  const progress = events.filter((event) => event.kind === 'progress');
  const size = Math.max(1, Math.ceil(progress.length / points));
  const losses = Array.from({ length: Math.ceil(progress.length / size) }, (_, part) => {
    const group = progress.slice(part * size, (part + 1) * size);
    const { step, epoch, elapsedMs } = group.at(-1)!;
    return { step, epoch, elapsedMs, loss: group.reduce((sum, { loss }) => sum + loss, 0) / group.length };
  });
  const headlines = events
    .filter((event) => event.kind === 'evaluated')
    .map(({ step, protocol, top1 }) => ({ step, protocol, top1 }));
  return { losses, headlines };
}

function flatSettings(value: unknown, path = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) into.set(path, value);
  else
    for (const [key, inner] of Object.entries(value)) flatSettings(inner, path === '' ? key : `${path}.${key}`, into);
  return into;
}
