import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from '#checkpoints/safetensors.ts';
import { runCommand, startCommand, whenSaid } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const SHORT = ['--batch', '16', '--set', 'precision=float32', '--json'];
/** Most of it is starting TensorFlow; a busy machine takes minutes. */
const LIMIT_MS = 600_000;

/** The smallest class of the sample. */
function smallFolder(): string {
  const folders = readdirSync(SAMPLE).map((name) => join(SAMPLE, name));
  return folders
    .filter((path) => statSync(path).isDirectory())
    .toSorted((a, b) => readdirSync(a).length - readdirSync(b).length)[0]!;
}

/** Without the header, in which the step stands. */
const weightsAt = (library: string, runId: string, step: number) => {
  const folder = `step-${String(step).padStart(12, '0')}`;
  const path = join(library, 'runs', runId, 'checkpoints', folder, 'weights.safetensors');
  return decodeSafetensors(readFileSync(path), path);
};

describe('going on with a finished run', () => {
  it(
    'stops and keeps, refuses to resume, and trains for longer from the kept weights with a warm-up of its own',
    async () => {
      const library = join(temporaryFolder(), 'library');
      const training = startCommand(library, ['train', smallFolder(), '--steps', '5000', ...SHORT, '--name', 'first']);
      await whenSaid(training, '"step":4,');
      training.child.kill('SIGINT');
      expect((await training.ended).code).toBe(130);

      const kept = await runCommand(library, 'runs', 'keep', 'first', '--json');
      expect(kept.code, kept.stderr).toBe(0);
      const step = Number(kept.events.at(-1)!['step']);
      const first = String(kept.events.at(-1)!['runId']);
      expect(step).toBeGreaterThanOrEqual(4);
      const again = await runCommand(library, 'resume', 'first');
      expect(again.code).toBe(1);
      expect(again.stderr).toContain(`is finished at step ${step}`);

      const longer = await runCommand(library, 'longer', 'first', '--steps', '20', '--json');
      expect(longer.code, longer.stderr).toBe(0);
      const second = String(longer.events.at(-1)!['runId']);
      expect(longer.events.at(-1)).toMatchObject({ event: 'run.finished', steps: 20 });
      expect(weightsAt(library, second, 0)).toEqual(weightsAt(library, first, step));
      const rates = longer.events.filter(({ event }) => event === 'run.progress').map((one) => one['learningRate']);
      expect(rates[0]).toBe(0);
      expect(rates[1]).toBeGreaterThan(0);

      const none = await runCommand(library, 'longer', 'first');
      expect(none.code).toBe(2);
      expect(none.stderr).toContain('--minutes');
    },
    LIMIT_MS,
  );
});
