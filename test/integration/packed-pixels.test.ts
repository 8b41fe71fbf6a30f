import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCommand, whenNothingIsLeft, type CommandResult } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const LIMIT_MS = 300_000;

/** A command that may keep so many megabytes of pixels. */
async function withBudget(library: string, megabytes: number, ...words: string[]): Promise<CommandResult> {
  const command = startCommand(library, [...words, '--json'], { KINDRED_PIXEL_CACHE_MB: String(megabytes) });
  const result = await command.ended;
  await whenNothingIsLeft(command);
  return result;
}

describe('training on pixels that are kept packed', () => {
  it(
    'says so before, sees nearly the loss of raw pixels, trains, encodes and judges',
    async () => {
      const library = join(temporaryFolder(), 'library');
      const words = ['--batch', '64', '--steps', '4', '--seed', '5', '--set', 'precision=float32'];
      const raw = await withBudget(library, 1000, 'train', SAMPLE, ...words);
      const packed = await withBudget(library, 1, 'train', 'sample', ...words, '--set', 'cacheSide=42');
      const plans = [raw, packed].map(({ events }) => events.find(({ event }) => event === 'cache.planned')!);
      expect(plans).toMatchObject([
        { encoding: 'raw', evictedBytes: 0, images: 1000 },
        { encoding: 'webp', budgetBytes: 1e6, images: 1000 },
      ]);
      expect(plans[1]!['evictedBytes']).toBeGreaterThan(1e6);
      // Of the first step, before what differs a little is trained on; 4.84 would be no signal.
      const losses = [raw, packed].map(({ events }) => events.find(({ event }) => event === 'run.progress')!['loss']);
      expect(packed.events.at(-1)).toMatchObject({ event: 'run.finished', steps: 4 });
      expect(losses[0]).toBeLessThan(4.75);
      expect(Math.abs(Number(losses[1]) - Number(losses[0]))).toBeLessThan(0.1);
      const judged = await withBudget(library, 1, 'evaluate', 'last', '--protocol', 'knn');
      expect(judged.events.at(-1)).toMatchObject({ event: 'evaluate.finished', protocol: 'knn' });
      expect(judged.events.at(-1)!['top1']).toBeGreaterThan(0.2);
    },
    LIMIT_MS,
  );

  it('refuses a budget that is no number', async () => {
    const { code, stderr } = await withBudget(join(temporaryFolder(), 'library'), Number.NaN, 'train', SAMPLE);
    expect([code, stderr]).toEqual([2, expect.stringContaining('KINDRED_PIXEL_CACHE_MB takes a number above 0')]);
  });
});
