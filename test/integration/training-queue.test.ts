import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runEventSchema } from '#contract/run-events.ts';
import { killGroup, runCommand, startCommand, whenNothingIsLeft, whenSaid } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const LIMIT_MS = 300_000;
const [label] = readdirSync(SAMPLE, { withFileTypes: true }).filter((entry) => entry.isDirectory());

function pictures(): string {
  const folder = join(temporaryFolder(), 'pictures');
  mkdirSync(folder);
  for (const name of readdirSync(join(SAMPLE, label!.name)).slice(0, 24)) {
    cpSync(join(SAMPLE, label!.name, name), join(folder, name));
  }
  return folder;
}

const words = (steps: number, name: string): string[] => {
  const settings = ['--batch', '8', '--set', 'precision=float32', 'compiled=false'];
  return ['train', 'pictures', '--steps', String(steps), '--name', name, ...settings, '--json'];
};

describe('two trainings of one library', () => {
  it(
    'a second process is refused and told how to wait; those that queue are listed, may leave, and have their turn',
    async () => {
      const library = join(temporaryFolder(), 'library');
      await runCommand(library, 'import', pictures());
      const first = startCommand(library, words(100_000, 'first'));
      await whenSaid(first, 'run.progress');

      const refused = await runCommand(library, ...words(2, 'refused'));
      expect(refused.code).toBe(1);
      expect(refused.events.at(-1)).toMatchObject({
        code: 'library.locked',
        message: expect.stringMatching(/process \d+.*"train".*With --queue this training waits/) as string,
        data: { holder: { pid: first.child.pid } },
      });
      const mistyped = await runCommand(library, 'train', 'picturs', '--queue');
      expect([mistyped.code, mistyped.stderr]).toEqual([1, expect.stringContaining('nearest name is "pictures"')]);

      const second = startCommand(library, [...words(2, 'second'), '--queue']);
      await whenSaid(second, 'run.queued');
      const third = startCommand(library, [...words(2, 'third'), '--queue']);
      await whenSaid(third, 'run.queued');
      const listed = (await runCommand(library, 'runs', '--json')).events;
      expect(listed).toMatchObject([
        { name: 'first', status: 'running' },
        { name: 'second', status: 'queued', before: 0, pid: second.child.pid },
        { name: 'third', status: 'queued', before: 1, pid: third.child.pid },
      ]);
      expect((await runCommand(library, 'runs')).stdout).toMatch(/"third" waits for its turn to train "pictures"/);
      expect((await runCommand(library, 'pause', 'third')).stderr).toMatch(/waits for its turn.*Ctrl-C/s);

      third.child.kill('SIGINT');
      const left = await third.ended;
      expect([left.code, left.stderr]).toEqual([130, expect.stringContaining('Left the queue; nothing was started.')]);
      await whenNothingIsLeft(third);
      expect(readdirSync(join(library, 'queue')).filter((name) => name.endsWith('.json'))).toHaveLength(1);

      killGroup(first);
      const { code, events, stderr } = await second.ended;
      expect(code, stderr).toBe(0);
      const queued = runEventSchema.parse(events[0]);
      expect(queued).toMatchObject({ event: 'run.queued', before: 0, runId: listed[1]!['runId'] });
      expect(events.at(-1)).toMatchObject({ event: 'run.finished', steps: 2, runId: queued.runId });
      for (const command of [first, second]) await whenNothingIsLeft(command);
      expect(readdirSync(join(library, 'queue'))).toEqual([]);
      expect((await runCommand(library, 'runs', '--json')).events).toMatchObject([
        { name: 'second', status: 'finished' },
        { name: 'first', status: 'paused' },
      ]);
    },
    LIMIT_MS,
  );

  it(
    'one that is killed while it waits has left the queue, and the next has its turn when the first is done',
    async () => {
      const library = join(temporaryFolder(), 'library');
      await runCommand(library, 'import', pictures());
      const first = startCommand(library, words(100_000, 'first'));
      await whenSaid(first, 'run.progress');
      const killed = startCommand(library, [...words(2, 'killed'), '--queue']);
      await whenSaid(killed, 'run.queued');
      const next = startCommand(library, [...words(2, 'next'), '--queue']);
      await whenSaid(next, '"before":1');
      killGroup(killed);
      await killed.ended;
      await whenSaid(next, '"before":0');
      const names = (await runCommand(library, 'runs', '--json')).events.map(({ name }) => name);
      expect(names).toEqual(['first', 'next']);
      first.child.kill('SIGINT');
      expect((await first.ended).code).toBe(130);
      const { code, events } = await next.ended;
      expect([code, events.at(-1)]).toMatchObject([0, { event: 'run.finished', steps: 2 }]);
      expect(readdirSync(join(library, 'queue'))).toEqual([]);
    },
    LIMIT_MS,
  );
});
