/** How long it takes from a command to its answer, and from `train` to the end of its first step. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_LINE, importOnce, libraryOf } from '../our-library.ts';
import type { BenchContext, Contestant, Row } from '../row.ts';
import { runWhole, turning, type WholeCommand } from '../whole-command.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const SAMPLE = join(ROOT, 'resources', 'sample');
const DATASET = 'sample';
const KEEPING_STEPS = 30;
/** Commands that need neither an engine nor TensorFlow. */
const COMMANDS = ['--version', '--help', 'datasets'] as const;
/** What a run leaves for the next of the same configuration: its graph and speed; and pixels for any run. */
const KEPT_OF_RUNS = ['graphs', 'pixels'];

export function startUpRows(context: BenchContext): readonly Row[] {
  const commands = COMMANDS.map((word): Row => ({
    name: `start-${word.replace('--', '')}`,
    family: 'start-up',
    title: `\`npm start -- ${word}\`, from the command to its end`,
    unit: 'ms',
    target: { below: 300 },
    turns: context.isQuick ? 2 : 15,
    ours: [
      answering(context, 'Kindred, by npm', {
        command: 'npm',
        words: ['start', '--silent', '--prefix', ROOT, '--', word],
      }),
      answering(context, 'Kindred, without npm', { command: process.execPath, words: [COMMAND_LINE, word] }),
    ],
    peers: [],
  }));
  return [
    ...commands,
    trainRow(context, 'start-train-cold', 'nothing of it known', 8, KEPT_OF_RUNS),
    trainRow(context, 'start-train-kept', 'its graph kept', 3, []),
  ];
}

function trainRow(
  context: BenchContext,
  name: string,
  known: string,
  below: number,
  forgotten: readonly string[],
): Row {
  return {
    name,
    family: 'start-up',
    title: `\`train\` on an imported data set, ${known}, to the end of its first step: 1,000 images, ResNet-18 × 0.25, 32 px, B 256`,
    unit: 's',
    target: { below },
    turns: context.isQuick ? 1 : 7,
    ours: [toFirstStep(context, forgotten)],
    peers: [],
  };
}

function answering(context: BenchContext, name: string, command: WholeCommand): Contestant {
  const environment = { KINDRED_LIBRARY: libraryOf(context) };
  const contestant = turning(name, async () => 1000 * (await runWhole({ ...command, environment })).seconds);
  return { name, start: async () => (await importOnce(context, SAMPLE, DATASET), contestant.start()) };
}

/** @param forgotten folders of the library emptied before each turn. */
function toFirstStep(context: BenchContext, forgotten: readonly string[]): Contestant {
  const library = libraryOf(context);
  const training = (steps: number): WholeCommand => {
    const settings = ['--set', 'side=32', 'encoder.width=0.25', '--batch', '256', '--steps', String(steps)];
    const words = [COMMAND_LINE, 'train', DATASET, ...settings, '--json'];
    return { command: process.execPath, words, environment: { KINDRED_LIBRARY: library } };
  };
  const contestant = turning('Kindred', async () => {
    for (const folder of forgotten) rmSync(join(library, folder), { recursive: true, force: true });
    const startMs = performance.now();
    let endMs = Number.NaN;
    const endAt = ({ event }: Readonly<Record<string, unknown>>): boolean => {
      if (event !== 'run.progress') return false;
      endMs = performance.now();
      return true;
    };
    await runWhole(training(1000), { endAt });
    return (endMs - startMs) / 1000;
  });
  return {
    name: 'Kindred',
    start: async () => {
      await importOnce(context, SAMPLE, DATASET);
      // Keeps graph, pixels and, at its end, its speed.
      await runWhole(training(KEEPING_STEPS));
      return contestant.start();
    },
  };
}
