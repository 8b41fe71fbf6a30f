import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChosenRecipe } from '#application/ports/runs.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { computeRunHost } from '#hosts/compute/client.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const LIMIT_MS = 300_000;
const config = trainingConfigSchema.parse({ precision: 'float32', batchSize: 8, encoder: { width: 0.25 } });

function choose(imageCount: number, minutes: number, signal = new AbortController().signal): Promise<ChosenRecipe> {
  const host = computeRunHost(join(temporaryFolder(), 'runs'));
  return host.chooseRecipe({ config, medianShortSide: 40, threads: 0, imageCount, minutes }, signal);
}

describe('auto, measured by a compute process', () => {
  it(
    'takes the widest encoder where there is time for it',
    async () => {
      const chosen = await choose(10, 600);
      expect([chosen.side, chosen.encoder.width]).toEqual([32, 1]);
      expect(chosen.tried).toHaveLength(1);
      expect(chosen.tried[0]!.viewsPerSecond).toBeGreaterThan(chosen.needed);
    },
    LIMIT_MS,
  );

  it(
    'ends at the narrowest where there is not, without measuring what can not fit',
    async () => {
      const chosen = await choose(10_000_000, 1);
      expect([chosen.side, chosen.encoder.width]).toEqual([32, 0.25]);
      expect(chosen.tried).toHaveLength(1);
    },
    LIMIT_MS,
  );

  it('stops at once when it is asked to', async () => {
    const stop = new AbortController();
    const answer = choose(10, 1, stop.signal);
    stop.abort();
    await expect(answer).rejects.toThrow(expect.objectContaining({ code: 'job.interrupted' }));
  });
});
