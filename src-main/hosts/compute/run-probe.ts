/**
 * What a run will cost, measured before step 0 on its own first batches: time of a step, time to judge an image. The
 * state is put back afterwards, so a probed run and an unprobed one train alike.
 */
import { EVALUATION_SHARE } from '#training/cadence.ts';
import type { StateArrays, StepBatch, StepRunner } from '#training/ports.ts';
import type { DataSource } from './data-source.ts';
import { collected, embedJudged } from './judged-images.ts';
import type { LookName } from './look-shapes.ts';

const WARM_STEPS = 2;
const MOST_STEPS = 8;
const PROBE_MS = 4000;
const SOME_CHUNKS = 3;
const JUDGED_PROBE = 256;
const JUDGED_LEAST = 200;
/** Evaluations of a run: at its start and at every twentieth. */
const EVALUATIONS = 21;

/** @returns median milliseconds of a step after warming up; of a step in chunks, what a few of its chunks tell. */
export async function probeStepMs(runner: StepRunner, source: DataSource, initial: StateArrays): Promise<number> {
  const { batch } = await source.batch(0, 0);
  batch.release();
  const stepMs = await (batch.chunks === undefined ? medianStepMs(runner, source) : chunkedStepMs(runner, batch));
  await runner.writeState(initial);
  return stepMs;
}

/** From steps of one chunk and of three: a step takes as long as one chunk, and so much more for each other one. */
async function chunkedStepMs(runner: StepRunner, batch: StepBatch): Promise<number> {
  const count = batch.chunks!.count;
  const timeOf = async (chunks: number): Promise<number> => {
    const beginMs = performance.now();
    await runner.step({ ...batch, chunks: { ...batch.chunks!, count: chunks } });
    return performance.now() - beginMs;
  };
  await timeOf(1);
  const some = Math.min(count, SOME_CHUNKS);
  const [oneMs, someMs] = [await timeOf(1), await timeOf(some)];
  return oneMs + Math.max(0, someMs - oneMs) * ((count - 1) / (some - 1));
}

async function medianStepMs(runner: StepRunner, source: DataSource): Promise<number> {
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
  const measured = times.slice(WARM_STEPS).sort((a, b) => a - b);
  return measured[measured.length >> 1] ?? times.at(-1)!;
}

/** @returns milliseconds to judge an image; null when there is none to judge. */
export async function probeJudgedImageMs(
  runner: StepRunner,
  source: DataSource,
  look: LookName | null,
  judgedCount: number,
): Promise<number | null> {
  const rows = Array.from({ length: Math.min(JUDGED_PROBE, judgedCount) }, (_, i) => i);
  if (rows.length === 0 || look === null) return null;
  const embed: StepRunner['embed'] = (...asked) => runner.embed(...asked);
  const embedAll = () => collected(embedJudged(source, embed, rows, look, 'h'));
  await embedAll();
  const beginMs = performance.now();
  await embedAll();
  return (performance.now() - beginMs) / rows.length;
}

/** How many images can be judged each time so that all evaluations stay within their share of the run. */
export function judgedMost(imageMs: number | null, runMs: number): number {
  if (imageMs === null) return 0;
  return Math.max(JUDGED_LEAST, Math.floor((EVALUATION_SHARE * runMs) / EVALUATIONS / imageMs));
}
