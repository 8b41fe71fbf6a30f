import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { ChosenRecipe } from '#application/ports/runs.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { runEventSchema } from '#contract/run-events.ts';
import { computeRunHost } from '#hosts/compute/client.ts';
import { runCommand, startCommand, whenNothingIsLeft, whenSaid } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const LIMIT_MS = 300_000;
const config = trainingConfigSchema.parse({ precision: 'float32', batchSize: 8, encoder: { width: 0.25 } });

function choose(
  imageCount: number,
  minutes: number,
  signal = new AbortController().signal,
  medianShortSide = 40,
): Promise<ChosenRecipe> {
  const host = computeRunHost(join(temporaryFolder(), 'runs'));
  return host.chooseRecipe({ config, medianShortSide, threads: 0, imageCount, minutes }, signal);
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

  it(
    'measures no longer than it says, whatever the computer is busy with',
    async () => {
      const burners = Array.from({ length: 4 }, () => new Worker('for (;;);', { eval: true }));
      try {
        const startMs = performance.now();
        await choose(100_000, 15, undefined, 224);
        // Starting the process, loading TensorFlow and one measurement that had begun come on top of four seconds.
        expect(performance.now() - startMs).toBeLessThan(60_000);
      } finally {
        await Promise.all(burners.map((burner) => burner.terminate()));
      }
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

describe('train --preset auto', () => {
  it(
    'says how long it will be when nobody said, tells and keeps its choice, and rests when interrupted',
    async () => {
      const library = join(temporaryFolder(), 'library');
      const words = ['train', SAMPLE, '--preset', 'auto', '--set', 'batchSize=16', '--json'];
      const command = startCommand(library, words);
      await whenSaid(command, '"event":"run.progress"');
      command.child.kill('SIGINT');
      const { code, events, stderr } = await command.ended;
      expect(code, stderr).toBe(130);
      await whenNothingIsLeft(command);
      expect(stderr).toMatch(/No length was given: 15 minutes/);
      const chosen = runEventSchema.parse(events.find(({ event }) => event === 'run.chosen'));
      expect(chosen).toMatchObject({ minutes: 15, imageCount: 1000, depth: 18 });
      expect(chosen).toHaveProperty('tried.0.viewsPerSecond', expect.any(Number));
      const [shown] = (await runCommand(library, 'runs', 'show', 'last', '--json')).events;
      const { event: _, runId, ...choice } = chosen;
      expect(shown).toMatchObject({ runId, status: 'paused', choice });
      expect((await runCommand(library, 'runs', 'show', 'last')).stdout).toContain('Chosen for 1,000 images');
      expect(readdirSync(join(library, 'runs'))).toEqual([runId]);
    },
    LIMIT_MS,
  );
});
