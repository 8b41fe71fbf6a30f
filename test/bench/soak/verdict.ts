/**
 * Whether a series is flat: after a warm-up of a sixth of the session, the median of its last quarter is at most a tenth,
 * or `slack`, above that of its first. Medians, because a sample may fall into a search or a training.
 */
import { spreadOf } from '../speed/statistics.ts';
import type { Sample } from './samples.ts';

export interface Verdict {
  readonly what: string;
  readonly unit: string;
  readonly first: number;
  readonly last: number;
  readonly most: number;
  readonly isFlat: boolean;
}

const WARM_SHARE = 1 / 6;
const GROWTH = 1.1;

const SERIES: readonly {
  readonly key: keyof Sample;
  readonly what: string;
  readonly unit: string;
  readonly slack: number;
}[] = [
  { key: 'tabMb', what: 'memory of the tab’s process', unit: 'MB', slack: 20 },
  { key: 'tabHeapMb', what: 'heap of the tab, garbage collected', unit: 'MB', slack: 2 },
  { key: 'tabNodes', what: 'nodes of the tab’s documents', unit: '', slack: 200 },
  { key: 'tabListeners', what: 'listeners of the tab', unit: '', slack: 50 },
  { key: 'engineMb', what: 'memory of the engine', unit: 'MB', slack: 20 },
  { key: 'engineFiles', what: 'open files of the engine', unit: '', slack: 4 },
  { key: 'computeMb', what: 'memory of compute, while it lives', unit: 'MB', slack: 50 },
];

export function verdictsOf(samples: readonly Sample[]): readonly Verdict[] {
  const minutes = samples.at(-1)?.minute ?? 0;
  const warm = samples.filter(({ minute }) => minute >= WARM_SHARE * minutes);
  return SERIES.flatMap(({ key, what, unit, slack }) => {
    const values = warm.map((sample) => sample[key]).filter((value) => value !== null);
    if (values.length < 4) return [];
    const quarter = Math.ceil(values.length / 4);
    const [first, last] = [spreadOf(values.slice(0, quarter)).median, spreadOf(values.slice(-quarter)).median];
    const isFlat = last <= Math.max(GROWTH * first, first + slack);
    return [{ what, unit, first, last, most: Math.max(...values), isFlat }];
  });
}
