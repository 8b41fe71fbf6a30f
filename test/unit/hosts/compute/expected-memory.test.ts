import { expect, it } from 'vitest';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { activationBytes } from '#hosts/compute/expected-memory.ts';

const recipe = (batchSize: number, images: number | null, batchNorm: 'ghost' | 'global' = 'ghost') =>
  trainingConfigSchema.parse({
    side: 32,
    batchSize,
    encoder: { depth: 18, width: 1, stem: 'small' },
    chunk: { images, batchNorm },
  });
const gigabytes = (...wish: Parameters<typeof recipe>): number => activationBytes(recipe(...wish), 'bfloat16') / 1e9;

// Measured as the largest resident set of the whole process: test/bench/results/large-batches.md.
it('counts every view of a batch in chunks with statistics over the whole batch', () => {
  for (const [batch, chunk, measured] of [
    [4096, 256, 8.2],
    [2048, 128, 4.43],
  ] as const) {
    expect(gigabytes(batch, chunk, 'global') / measured).toBeGreaterThan(0.9);
    expect(gigabytes(batch, chunk, 'global') / measured).toBeLessThan(1.1);
  }
});

it('counts one chunk, computed whole, where statistics go by chunk', () => {
  expect(gigabytes(8192, 128)).toBe(gigabytes(128, null));
  expect(gigabytes(8192, 128)).toBeLessThan(1.81);
  expect(gigabytes(4096, 256)).toBe(2 * gigabytes(8192, 128));
});
