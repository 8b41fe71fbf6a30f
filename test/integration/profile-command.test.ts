import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runEventSchema, type RunEventLine } from '#contract/run-events.ts';
import { type CommandResult, runCommand } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const STEPS = 26;
const LIMIT_MS = 300_000;

function pictures(folder: string): string {
  for (const label of ['animals-nature', 'flags']) {
    const from = join(SAMPLE, label);
    mkdirSync(join(folder, label));
    for (const name of readdirSync(from).slice(0, 30)) cpSync(join(from, name), join(folder, label, name));
  }
  return folder;
}

type Profiled = Extract<RunEventLine, { event: 'run.profiled' }>;

const lines = ({ events }: CommandResult) =>
  events.filter(({ event }) => String(event).startsWith('run.')).map((event) => runEventSchema.parse(event));
const losses = (result: CommandResult) =>
  lines(result).flatMap((line) => (line.event === 'run.progress' ? [line.loss] : []));
const profiles = (result: CommandResult) =>
  lines(result).filter((line): line is Profiled => line.event === 'run.profiled');

describe('train --profile', () => {
  it(
    'says where the time goes and keeps it with the run, with the losses of a run without',
    async () => {
      const library = join(temporaryFolder(), 'library');
      const folder = pictures(temporaryFolder());
      const words = ['train', folder, '--batch', '16', '--steps', String(STEPS), '--threads', '2'];
      words.push('--set', 'precision=float32');
      const plain = await runCommand(library, ...words, '--json');
      const result = await runCommand(library, ...words, '--json', '--profile');
      expect(result.code, result.stderr).toBe(0);
      expect(losses(result)).toHaveLength(STEPS);
      const expected = losses(plain);
      losses(result).forEach((loss, i) => expect(Math.abs(loss / expected[i]! - 1), `step ${i}`).toBeLessThan(1e-4));
      expect(profiles(plain)).toEqual([]);

      const [early, last, ...more] = profiles(result);
      expect(more).toEqual([]);
      expect([early!.isFinal, last!.isFinal]).toEqual([false, true]);
      expect(last!.step).toBe(STEPS);
      const { traced, threads } = last!;
      expect(threads).toBe(2);
      expect(traced!.operationsMs).toBeGreaterThan(0.5 * traced!.sessionMs);
      expect(traced!.operationsMs).toBeLessThanOrEqual(threads * traced!.sessionMs);
      expect(last!.wall.judging).toBeGreaterThan(0);
      expect(last!.wall.checkpoints).toBeGreaterThan(0);

      const { isFinal: _, event: __, runId, ...kept } = last!;
      expect(JSON.parse(readFileSync(join(library, 'runs', runId, 'profile.json'), 'utf8'))).toEqual(kept);
    },
    LIMIT_MS,
  );

  it(
    'is a table for a person, chunk by chunk too, and few steps say so',
    async () => {
      const library = join(temporaryFolder(), 'library');
      const folder = pictures(temporaryFolder());
      const words = ['train', folder, '--profile', '--set', 'precision=float32'];
      const chunked = await runCommand(library, ...words, '--batch', '16', '--set', 'chunk.images=8', '--steps', '25');
      expect(chunked.code, chunked.stderr).toBe(0);
      expect(chunked.stdout).toMatch(/operation +in a step +ms a step +share, % +ms of the wall/);
      expect(chunked.stdout).toMatch(/_MklNativeConv2DBackpropFilter +\d+/);
      expect(chunked.stdout).toContain('Where the time of this session went:');
      const few = await runCommand(library, ...words, '--batch', '16', '--steps', '2');
      expect(few.stdout).toContain('Too few steps to say where their time goes.');
    },
    LIMIT_MS,
  );
});
