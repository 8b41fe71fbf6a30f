import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runEventSchema } from '#contract/run-events.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { computeRunHost } from '#hosts/compute/client.ts';
import { type RunningCommand, startCommand } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const LIMIT_MS = 300_000;
const BATCH = 384;

/** Largest resident set that the command's compute process has had, in bytes. Linux only. */
async function largestResidentBytes({ child, ended }: RunningCommand): Promise<number> {
  let largest = 0;
  let isOver = false;
  void ended.finally(() => (isOver = true));
  while (!isOver) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      largest = Math.max(largest, residentOf(pid, child.pid!));
    await wait(50);
  }
  return largest;
}

/** 0 of a process that is gone, of another group, or not compute. */
function residentOf(pid: string, group: number): number {
  try {
    const isOfGroup = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[2] === String(group);
    if (!isOfGroup || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('hosts/compute/main.ts')) return 0;
    return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

it.skipIf(process.platform !== 'linux').each(['float32', 'auto'] as const)(
  'what a run is said to take before its start and at it is what it takes: %s',
  async (precision) => {
    const folder = temporaryFolder();
    const config = trainingConfigSchema.parse({ batchSize: BATCH, encoder: { width: 0.25 }, precision });
    const host = computeRunHost(join(folder, 'runs'));
    const expected = await host.measureRun({ config, threads: 0 }, new AbortController().signal);
    const settings = [`batchSize=${BATCH}`, 'encoder.width=0.25', `precision=${precision}`];
    const words = ['train', SAMPLE, '--steps', '3', ...settings.flatMap((set) => ['--set', set]), '--json'];
    const command = startCommand(join(folder, 'library'), words);
    const taken = await largestResidentBytes(command);
    const { code, stderr, events } = await command.ended;
    expect(code, stderr).toBe(0);
    const started = runEventSchema.parse(events.find(({ event }) => event === 'run.started'));
    const said = Number(Reflect.get(started, 'memoryBytes'));
    // Far more than TensorFlow by itself, so that it is the batch that is foretold.
    expect(taken).toBeGreaterThan(800e6);
    for (const bytes of [expected.memoryBytes, said]) {
      expect(bytes / taken).toBeGreaterThan(0.7);
      expect(bytes / taken).toBeLessThan(1.35);
    }
  },
  LIMIT_MS,
);
