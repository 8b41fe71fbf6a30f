import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunningCommand, runCommand, startCommand } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const STEPS = 12;
const LIMIT_MS = 300_000;

/** The first pictures of some classes of the sample. */
function pictures(folder: string, each: number): string {
  for (const label of ['activities', 'animals-nature', 'flags', 'food-drink', 'objects']) {
    const from = join(SAMPLE, label);
    mkdirSync(join(folder, label));
    for (const name of readdirSync(from).slice(0, each)) cpSync(join(from, name), join(folder, label, name));
  }
  return folder;
}

function lossesOf(library: string, runId: string): readonly [step: number, loss: number][] {
  const lines = readFileSync(join(library, 'runs', runId, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const events = lines.map((line) => JSON.parse(line) as { kind: string; step: number; loss: number });
  return events.filter(({ kind }) => kind === 'progress').map(({ step, loss }) => [step, loss]);
}

function whenAtStep({ child }: RunningCommand, step: number): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    child.stdout!.on('data', (text: string) => {
      said += text;
      if (said.includes(`"step":${step},`) && said.includes('run.progress')) resolve();
    });
    child.once('close', () => resolve());
  });
}

describe('train with a batch in chunks', () => {
  it.each(['ghost', 'global'])(
    'interrupted and resumed, gives the losses of an unbroken run: %s batch norm',
    async (batchNorm) => {
      const library = join(temporaryFolder(), 'library');
      const folder = pictures(temporaryFolder(), 24);
      const settings = ['--batch', '32', '--steps', String(STEPS), '--json', '--set'];
      settings.push('chunk.images=8', `chunk.batchNorm=${batchNorm}`, 'precision=float32');
      const whole = await runCommand(library, 'train', folder, ...settings, '--name', 'whole');
      expect(whole.code, whole.stderr).toBe(0);
      expect(whole.events.at(-1)).toMatchObject({ event: 'run.finished', steps: STEPS });

      const broken = startCommand(library, ['train', folder, ...settings, '--name', 'broken']);
      await whenAtStep(broken, 3);
      broken.child.kill('SIGINT');
      expect((await broken.ended).code).toBe(130);
      const resumed = await runCommand(library, 'resume', 'broken', '--json');
      expect(resumed.code, resumed.stderr).toBe(0);

      const idOf = (events: readonly Record<string, unknown>[]) => String(events.at(-1)!['runId']);
      const expected = lossesOf(library, idOf(whole.events));
      expect(expected).toHaveLength(STEPS);
      expect(lossesOf(library, idOf(resumed.events))).toEqual(expected);
    },
    LIMIT_MS,
  );
});
