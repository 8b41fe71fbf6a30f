/** Exact large batches in chunks beside a whole batch of one chunk's size, of our own: what the exactness costs. */
import { join } from 'node:path';
import type { BenchContext, Contestant, Row } from '../row.ts';
import { runWhole, turning } from '../whole-command.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'large-batches.ts');

export function largeBatchRows({ isQuick }: BenchContext): readonly Row[] {
  const [images, chunk] = isQuick ? [512, 64] : [4096, 256];
  const row = (batchNorm: 'ghost' | 'global', least: number): Row => ({
    name: `chunked-${batchNorm}`,
    family: 'chunked',
    title: `Batch of ${images} in chunks of ${chunk}, \`${batchNorm}\`, beside a whole batch of ${chunk}: ResNet-18, 32 px, LARS, bfloat16`,
    unit: 'views/s',
    target: { least },
    turns: isQuick ? 1 : 3,
    ours: [stepsOf(`Kindred, in chunks`, `${batchNorm}:${images}:${chunk}`)],
    peers: [stepsOf(`Kindred, whole`, `whole:${chunk}`)],
  });
  return [row('ghost', 0.7), row('global', 0.4)];
}

/** A turn is a process of its own, with steps that do not count before those that do. */
function stepsOf(name: string, work: string): Contestant {
  return turning(name, async (facts) => {
    const { lines } = await runWhole({ command: process.execPath, words: [SCRIPT, '--measure', work] });
    const { viewsPerSecond, largestRssMB } = lines.at(-1)!;
    facts['memoryMB'] = Number(largestRssMB);
    return Number(viewsPerSecond);
  });
}
