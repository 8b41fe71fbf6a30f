import { spreadOf } from '../speed/statistics.ts';
import { fitLine, type LineFit, type Point } from './line-fit.ts';

/** Time against work: one line of the plot. */
export interface Series {
  /** `step`, `embed` or `search`: series of one part share a panel. */
  readonly part: string;
  readonly name: string;
  /** What x counts, e.g. `views`. */
  readonly work: string;
  /** x: work; y: milliseconds, the median of the rounds. */
  readonly points: readonly Point[];
  readonly fit: LineFit;
}

/** One size of work: each call measures it once. @returns milliseconds. */
export interface Sized {
  readonly size: number;
  readonly measure: () => Promise<number>;
}

/** Measures all sizes in turn, `rounds` times over, so that a disturbed minute does not bend the line. */
export async function measureSeries(
  of: Pick<Series, 'part' | 'name' | 'work'>,
  sizes: readonly Sized[],
  rounds: number,
): Promise<Series> {
  const times = sizes.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, { measure }] of sizes.entries()) times[i]!.push(await measure());
  const points = sizes.map(({ size }, i) => ({ x: size, y: spreadOf(times[i]!).median }));
  return { ...of, points, fit: fitLine(points) };
}
