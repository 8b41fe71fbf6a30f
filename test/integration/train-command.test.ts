import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunningCommand } from '#test/support/command-line.ts';
import { isGroupAlive, killGroup, runCommand, startCommand, whenNothingIsLeft } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const STEPS = 40;
const SETTINGS = ['--batch', '16', '--steps', String(STEPS), '--set', 'precision=float32', '--json'];
/** Most of it is starting TensorFlow eight times; a busy machine takes minutes. */
const LIMIT_MS = 600_000;

/** The first pictures of each class of the sample. */
function pictures(folder: string, classes: number, each: number): string {
  for (const label of readdirSync(SAMPLE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .slice(0, classes)) {
    mkdirSync(join(folder, label.name), { recursive: true });
    for (const name of readdirSync(join(SAMPLE, label.name)).slice(0, each)) {
      cpSync(join(SAMPLE, label.name, name), join(folder, label.name, name));
    }
  }
  return folder;
}

/** Resolves when the command has told of that step, or has ended. */
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

async function whenGroupIsGone(command: RunningCommand): Promise<void> {
  while (isGroupAlive(command)) await wait(50);
}

/** Losses by step, and how many lines tell of each. */
function lossesOf(library: string, runId: string): Map<number, number[]> {
  const losses = new Map<number, number[]>();
  for (const line of readFileSync(join(library, 'runs', runId, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')) {
    const event = JSON.parse(line) as { kind: string; step: number; loss: number };
    if (event.kind === 'progress') losses.set(event.step, [...(losses.get(event.step) ?? []), event.loss]);
  }
  return losses;
}

describe('train and resume at the terminal', () => {
  it(
    'goes on after kill −9 of engine, compute or both and after Ctrl-C, with the losses of an unbroken run',
    async () => {
      const library = join(temporaryFolder(), 'library');
      const folder = pictures(temporaryFolder(), 3, 40);
      const whole = await runCommand(library, 'train', folder, ...SETTINGS, '--name', 'whole');
      expect(whole.code, whole.stderr).toBe(0);
      expect(whole.events.at(-1)).toMatchObject({ event: 'run.finished', steps: STEPS });

      const killed = startCommand(library, ['train', folder, ...SETTINGS, '--name', 'broken']);
      await whenAtStep(killed, 4);
      killGroup(killed);
      await whenGroupIsGone(killed);
      const cutOff = await runCommand(library, 'runs');
      expect(cutOff.stdout).toMatch(
        /"broken" was interrupted (at step \d+|before anything of it was kept)\..* npm start -- resume r/,
      );
      expect(cutOff.stdout).not.toMatch(/"whole" was interrupted/);

      const orphaned = startCommand(library, ['resume', 'broken', '--json']);
      await whenAtStep(orphaned, 9);
      orphaned.child.kill('SIGKILL');
      await whenGroupIsGone(orphaned);

      const interrupted = startCommand(library, ['resume', 'broken', '--json']);
      await whenAtStep(interrupted, 20);
      interrupted.child.kill('SIGINT');
      const ended = await interrupted.ended;
      expect(ended.code, ended.stderr).toBe(130);
      expect(ended.stderr).toMatch(/rests at step \d+, saved\. Go on with: npm start -- resume r/);
      await whenNothingIsLeft(interrupted);

      const last = await runCommand(library, 'resume', 'broken', '--json');
      expect(last.code, last.stderr).toBe(0);
      expect((await runCommand(library, 'runs')).stdout).not.toContain('interrupted');
      const runId = String(last.events.at(-1)?.['runId']);
      const [a, b] = [lossesOf(library, String(whole.events.at(-1)?.['runId'])), lossesOf(library, runId)];
      expect([...b.keys()]).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
      for (const [step, [loss, ...more]] of b) {
        expect(more).toEqual([]);
        expect(Math.abs(loss! - a.get(step)![0]!), `step ${step}`).toBeLessThanOrEqual(1e-6);
      }
    },
    LIMIT_MS,
  );

  it(
    'pauses from another terminal, refuses a second holder, lists, compares and removes',
    async () => {
      const library = join(temporaryFolder(), 'library');
      const folder = pictures(temporaryFolder(), 2, 20);
      const training = startCommand(library, [
        'train',
        folder,
        '--batch',
        '16',
        '--steps',
        '5000',
        '--set',
        'precision=float32',
        '--json',
        '--name',
        'long',
      ]);
      await whenAtStep(training, 2);
      const second = await runCommand(library, 'train', folder, '--steps', '1');
      expect(second.code).toBe(1);
      expect(second.stderr).toContain('in use by process');
      const paused = await runCommand(library, 'pause', 'long', '--json');
      expect(paused.code, paused.stderr).toBe(0);
      expect((await training.ended).events.at(-1)).toMatchObject({
        event: 'run.paused',
        step: paused.events.at(-1)?.['step'],
      });
      const again = await runCommand(library, 'pause', 'long');
      expect(again.stderr).toContain('run.idle');
      const listed = await runCommand(library, 'runs', '--json');
      expect(listed.events).toEqual([expect.objectContaining({ event: 'run', name: 'long', status: 'paused' })]);
      const compared = await runCommand(library, 'runs', 'compare', 'long', 'long', '--json');
      expect(compared.events[0]).toMatchObject({ event: 'runs.compared', settings: [] });
      const [{ name: dataset }] = (await runCommand(library, 'datasets', '--json')).events as [{ name: string }];
      expect((await runCommand(library, 'datasets', 'remove', dataset)).code).toBe(0);
      const without = await runCommand(library, 'resume', 'long');
      expect(without.stderr).toMatch(/40 of the run's images have no file in the library.*Import their folders again/);
      await runCommand(library, 'import', folder);
      const resumed = startCommand(library, ['resume', 'long', '--json']);
      await whenAtStep(resumed, Number(paused.events.at(-1)?.['step']) + 1);
      resumed.child.kill('SIGINT');
      expect((await resumed.ended).code).toBe(130);
      expect((await runCommand(library, 'runs', 'remove', 'long')).code).toBe(0);
      expect(readdirSync(join(library, 'runs'))).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'says clearly what is missing with no, one, equal and broken images, and trains on two',
    async () => {
      const library = join(temporaryFolder(), 'library');
      const of = (name: string, files: readonly string[]): string => {
        const folder = join(temporaryFolder(), name);
        mkdirSync(folder);
        files.forEach((file, i) => cpSync(file, join(folder, `${i}.png`)));
        return folder;
      };
      const label = join(
        SAMPLE,
        readdirSync(SAMPLE, { withFileTypes: true }).find((entry) => entry.isDirectory())!.name,
      );
      const [first, other] = readdirSync(label).map((name) => join(label, name)) as [string, string];
      const broken = of('broken', []);
      for (const name of ['a.png', 'b.png']) writeFileSync(join(broken, name), 'no picture');
      const cases: [string, RegExp][] = [
        [of('none', []), /no image to train on/],
        [of('one', [first]), /only one image to train on/],
        [of('equal', [first, first, first]), /only one image to train on/],
        [broken, /no image to train on.*--problems/s],
      ];
      for (const [folder, message] of cases) {
        const { code, stderr } = await runCommand(library, 'train', folder, '--steps', '2');
        expect(stderr).toMatch(message);
        expect(code).toBe(1);
      }
      const two = await runCommand(
        library,
        'train',
        of('two', [first, other]),
        '--steps',
        '2',
        '--set',
        'precision=float32',
      );
      expect(two.code, two.stderr).toBe(0);
      expect(two.stdout).toContain('2 images instead of 256');
    },
    LIMIT_MS,
  );
});
