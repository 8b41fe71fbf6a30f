/** Milliseconds of a training step against the views of its batch: ResNet-18 × ¼ at 32 px. */
import { join } from 'node:path';
import type { Racer } from '../speed/row.ts';
import { steppingContestant } from '../speed/stepping-contestant.ts';
import { measureSeries, type Series, type Sized } from './series.ts';

const OUR_STEP = join(import.meta.dirname, '..', 'speed', 'our-step.ts');
const VIEWS = [64, 128, 256, 512, 1024];
const ROUNDS = 3;

export async function stepCost(precision: 'bfloat16' | 'float32'): Promise<Series> {
  const racers: Racer[] = [];
  try {
    const sizes: Sized[] = [];
    for (const views of VIEWS) {
      const words = ['--depth', '18', '--width', '0.25', '--side', '32', '--views', String(views)];
      const racer = await steppingContestant({
        name: `${views} views`,
        command: process.execPath,
        words: [OUR_STEP, ...words, '--precision', precision, '--from', 'canvas'],
        isStep: (line) => line.startsWith('{'),
        unitsPerStep: 1,
        stepsSkipped: 1,
        secondsOfTurn: 2,
      }).start();
      racers.push(racer);
      sizes.push({ size: views, measure: async () => 1000 / (await racer.turn()) });
    }
    return await measureSeries({ part: 'step', name: precision, work: 'views' }, sizes, ROUNDS);
  } finally {
    for (const racer of racers) await racer.stop();
  }
}
