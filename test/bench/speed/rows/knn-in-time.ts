/** What is learned in a given time from a cold folder: each side with its defaults, judged by kNN on the test split. */
import { rmSync } from 'node:fs';
import { COMMAND_LINE, libraryOf } from '../our-library.ts';
import type { BenchContext, Contestant, Row } from '../row.ts';
import { LIGHTLY_FOLDER } from '../training-contestants.ts';
import { runWhole, turning, type CommandOutcome } from '../whole-command.ts';

const K = '200';

export function knnInTimeRows(context: BenchContext): readonly Row[] {
  const { cifar, python } = context;
  if (cifar === null) return [];
  const minutes = context.isQuick ? 2 : context.minutes;
  const row: Row = {
    name: 'knn-in-time',
    family: 'learning',
    title: `kNN (k ${K}) on CIFAR-10 after ${minutes} minutes of wall clock from a cold folder, defaults of each`,
    unit: '% kNN',
    target: { pointsAhead: 5 },
    turns: 1,
    ours: [ours(context, cifar, minutes)],
    peers: python === null ? [] : [theirs(python, cifar, minutes)],
  };
  return [row];
}

/** The import is part of the time; the judging is not. */
function ours(context: BenchContext, folder: string, minutes: number): Contestant {
  const library = `${libraryOf(context)}-cold`;
  const command = (...words: string[]): Promise<CommandOutcome> =>
    runWhole({
      command: process.execPath,
      words: [COMMAND_LINE, ...words, '--json'],
      environment: { KINDRED_LIBRARY: library },
    });
  return turning('Kindred', async (facts) => {
    rmSync(library, { recursive: true, force: true });
    const { seconds } = await command('import', folder, '--name', 'cifar10');
    const left = minutes - seconds / 60;
    const training = await command('train', 'cifar10', '--minutes', left.toFixed(2));
    const { steps, viewsPerSecond } = training.lines.at(-1)!;
    Object.assign(facts, {
      importSeconds: Math.round(seconds),
      trainSeconds: Math.round(training.seconds),
      steps: Number(steps),
      viewsPerSecond: Math.round(Number(viewsPerSecond)),
    });
    const { lines } = await command('evaluate', 'last', '--protocol', 'knn', '--k', K);
    return 100 * Number(lines.at(-1)!['top1']);
  });
}

function theirs(python: string, folder: string, minutes: number): Contestant {
  return turning('Lightly, bfloat16', async (facts) => {
    const words = [LIGHTLY_FOLDER, '--data', folder, '--minutes', String(minutes), '--bf16'];
    const { lines } = await runWhole({ command: python, words });
    const { steps, viewsPerSecond, knn } = lines.at(-1)!;
    Object.assign(facts, { steps: Number(steps), viewsPerSecond: Math.round(Number(viewsPerSecond)) });
    return 100 * Number(knn);
  });
}
