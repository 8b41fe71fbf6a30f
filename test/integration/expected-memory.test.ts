import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runEventSchema } from '#contract/run-events.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { computeRunHost } from '#hosts/compute/client.ts';
import { runCommand } from '#test/support/command-line.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const LIMIT_MS = 300_000;
const BATCH = 384;

it(
  'what a run is said to take before its start is what it takes',
  async () => {
    const folder = temporaryFolder();
    const config = trainingConfigSchema.parse({ batchSize: BATCH, encoder: { width: 0.25 }, precision: 'float32' });
    const host = computeRunHost(join(folder, 'runs'));
    const expected = await host.measureRun({ config, threads: 0 }, new AbortController().signal);
    const settings = [`batchSize=${BATCH}`, 'encoder.width=0.25', 'precision=float32'].flatMap((set) => ['--set', set]);
    const command = await runCommand(join(folder, 'library'), 'train', SAMPLE, '--steps', '2', ...settings, '--json');
    expect(command.code, command.stderr).toBe(0);
    const started = runEventSchema.parse(command.events.find(({ event }) => event === 'run.started'));
    const taken = Number(Reflect.get(started, 'memoryBytes'));
    // Far more than TensorFlow by itself, so that it is the batch that is foretold.
    expect(taken).toBeGreaterThan(800e6);
    expect(expected.memoryBytes / taken).toBeGreaterThan(0.75);
    expect(expected.memoryBytes / taken).toBeLessThan(1.35);
  },
  LIMIT_MS,
);
