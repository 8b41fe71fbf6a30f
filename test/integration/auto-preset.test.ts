import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { computeRunHost } from '#hosts/compute/client.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const LIMIT_MS = 300_000;
const config = trainingConfigSchema.parse({ precision: 'float32', batchSize: 8, encoder: { width: 0.25 } });
const ask = { config, medianShortSide: 40, threads: 0 } as const;

describe('auto, measured by a compute process', () => {
  it(
    'takes the widest encoder where there is time for it',
    async () => {
      const host = computeRunHost(join(temporaryFolder(), 'runs'));
      const { signal } = new AbortController();
      const chosen = await host.chooseRecipe({ ...ask, imageCount: 10, minutes: 600 }, signal);
      expect([chosen.side, chosen.encoder.width]).toEqual([32, 1]);
      expect(chosen.tried).toHaveLength(1);
      expect(chosen.tried[0]!.viewsPerSecond).toBeGreaterThan(chosen.needed);
    },
    LIMIT_MS,
  );

  it(
    'ends at the narrowest where there is not, without measuring what can not fit',
    async () => {
      const host = computeRunHost(join(temporaryFolder(), 'runs'));
      const { signal } = new AbortController();
      const chosen = await host.chooseRecipe({ ...ask, imageCount: 10_000_000, minutes: 1 }, signal);
      expect([chosen.side, chosen.encoder.width]).toEqual([32, 0.25]);
      expect(chosen.tried).toHaveLength(1);
    },
    LIMIT_MS,
  );

  it('stops at once when it is asked to', async () => {
    const host = computeRunHost(join(temporaryFolder(), 'runs'));
    const stop = new AbortController();
    const answer = host.chooseRecipe({ ...ask, imageCount: 10, minutes: 1 }, stop.signal);
    stop.abort();
    await expect(answer).rejects.toThrow(expect.objectContaining({ code: 'job.interrupted' }));
  });
});
