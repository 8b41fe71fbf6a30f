/**
 * What a run will cost, measured before step 0 on its own first batches: time of a step, time to judge an image. The
 * state is put back afterwards, so a probed run and an unprobed one train alike.
 */
import { EVALUATION_SHARE } from '#training/cadence.ts';
import type { StateArrays, StepRunner } from '#training/ports.ts';
import type { DataSource } from './data-source.ts';
import { type DrawJudged, embedJudged } from './judged-images.ts';

const WARM_STEPS = 2;
const MOST_STEPS = 8;
const PROBE_MS = 4000;
const JUDGED_PROBE = 256;
const JUDGED_LEAST = 200;
/** Evaluations of a run: at its start and at every twentieth. */
const EVALUATIONS = 21;

/** @returns median milliseconds of a step after warming up. */
export async function probeStepMs(runner: StepRunner, source: DataSource, initial: StateArrays): Promise<number> {
  const times: number[] = [];
  const startMs = performance.now();
  for (let step = 0; step < MOST_STEPS; step++) {
    if (times.length > WARM_STEPS && performance.now() - startMs > PROBE_MS) break;
    const beginMs = performance.now();
    const { batch } = await source.batch(step, 0);
    await runner.step(batch);
    batch.release();
    times.push(performance.now() - beginMs);
  }
  await runner.writeState(initial);
  const measured = times.slice(WARM_STEPS).sort((a, b) => a - b);
  return measured[measured.length >> 1] ?? times.at(-1)!;
}

/** How many images can be judged each time so that all evaluations stay within their share of the run. */
export async function judgedMost(
  runner: StepRunner,
  source: DataSource,
  draw: DrawJudged,
  judgedCount: number,
  runMs: number,
): Promise<number> {
  const rows = Array.from({ length: Math.min(JUDGED_PROBE, judgedCount) }, (_, i) => i);
  if (rows.length === 0) return 0;
  const embed: StepRunner['embed'] = (pixels, count, output) => runner.embed(pixels, count, output);
  await embedJudged(source, draw, embed, rows, 'central');
  const beginMs = performance.now();
  await embedJudged(source, draw, embed, rows, 'central');
  const imageMs = (performance.now() - beginMs) / rows.length;
  return Math.max(JUDGED_LEAST, Math.floor((EVALUATION_SHARE * runMs) / EVALUATIONS / imageMs));
}
