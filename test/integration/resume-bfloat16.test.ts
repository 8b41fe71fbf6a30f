import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand, startCommand, whenNothingIsLeft, whenSaid } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const STEPS = 24;
const SETTINGS = ['--batch', '32', '--steps', String(STEPS), '--set', 'precision=bfloat16', '--json'];
const LIMIT_MS = 600_000;

/** In order of steps, as the run's own metrics have them. */
function lossesOf(library: string, runId: unknown): readonly { readonly step: number; readonly loss: number }[] {
  const text = readFileSync(join(library, 'runs', String(runId), 'metrics.jsonl'), 'utf8');
  const events = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; step: number; loss: number });
  return events.filter(({ kind }) => kind === 'progress').map(({ step, loss }) => ({ step, loss }));
}

it(
  'a run in bfloat16 that was interrupted goes on in bfloat16 with the losses of an unbroken one',
  async () => {
    const library = join(temporaryFolder(), 'library');
    const whole = await runCommand(library, 'train', SAMPLE, ...SETTINGS, '--name', 'whole');
    expect(whole.code, whole.stderr).toBe(0);

    const broken = startCommand(library, ['train', SAMPLE, ...SETTINGS, '--name', 'broken']);
    await whenSaid(broken, '"step":7,');
    broken.child.kill('SIGINT');
    expect((await broken.ended).code).toBe(130);
    await whenNothingIsLeft(broken);
    const { events } = await runCommand(library, 'runs', '--json');
    const resumed = await runCommand(library, 'resume', 'broken', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    const started = resumed.events.find(({ event }) => event === 'run.started')!;
    expect(started).toMatchObject({ precision: 'bfloat16' });
    // Else nothing was interrupted.
    expect(Number(started['step'])).toBeGreaterThan(6);
    expect(Number(started['step'])).toBeLessThan(STEPS);
    expect(events).toHaveLength(2);

    const [unbroken, goneOn] = [whole, resumed].map((run) => lossesOf(library, run.events.at(-1)!['runId']));
    expect(goneOn!.map(({ step }) => step)).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
    unbroken!.forEach(({ step, loss }, i) => {
      expect(Math.abs(loss - goneOn![i]!.loss), `step ${step}`).toBeLessThanOrEqual(1e-6);
    });
  },
  LIMIT_MS,
);
