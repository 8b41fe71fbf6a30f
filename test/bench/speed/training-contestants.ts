/** Whole runs from a folder, as a user starts them: `train` of ours, Lightly as its documentation has it. */
import { join } from 'node:path';
import { COMMAND_LINE, importOnce, libraryOf } from './our-library.ts';
import type { BenchContext, Contestant } from './row.ts';
import { stemAt } from './stem.ts';
import { steppingContestant, type SteppingCommand } from './stepping-contestant.ts';
import { runWhole, type WholeCommand } from './whole-command.ts';

export interface TrainingWork {
  readonly dataset: string;
  readonly side: number;
  readonly batch: number;
  readonly folder: () => Promise<string>;
}

export const LIGHTLY_FOLDER = join(import.meta.dirname, '..', 'peers', 'lightly_folder.py');
/** More than any turn makes. */
const ENDLESS = '1000000';
const WAITING_STEPS = 200;
const QUICK_STEPS = 12;

export function ourTraining(context: BenchContext, work: TrainingWork): Contestant {
  const isStep = (line: string) => line.includes('"run.progress"');
  return {
    name: 'Kindred',
    start: async () => {
      const command = await commandOfOurs(context, work);
      const importSeconds = Number((await importOnce(context, await work.folder(), work.dataset)).toFixed(1));
      const waitingPercent = await waitingPercentOf(context, work);
      const racer = await stepping(context, work.batch, { name: 'Kindred', ...command, isStep }).start();
      return { ...racer, facts: () => ({ ...racer.facts(), importSeconds, waitingPercent }) };
    },
  };
}

/**
 * Share of a run's time that it waits for images, asked < 2 %. Of a run by itself, as it says at its end: one that is
 * halted between turns finds everything ready afterwards.
 */
async function waitingPercentOf(context: BenchContext, work: TrainingWork): Promise<number> {
  const { lines } = await runWhole(await commandOfOurs(context, work, context.isQuick ? QUICK_STEPS : WAITING_STEPS));
  const share = Number(lines.find(({ event }) => event === 'run.finished')!['waitingShare']);
  return Number((100 * share).toFixed(2));
}

/** In each precision; the better one counts. */
export function lightlyTraining(context: BenchContext, work: TrainingWork): readonly Contestant[] {
  const { python } = context;
  if (python === null) return [];
  const isStep = (line: string) => line.startsWith('{"step"');
  return (['float32', 'bfloat16'] as const).map((precision) => {
    const name = `Lightly, ${precision}`;
    const command = () => commandOfLightly(python, work, precision);
    return { name, start: async () => stepping(context, work.batch, { name, ...(await command()), isStep }).start() };
  });
}

/** `train` on the imported folder, without end unless told, a JSON line a step. */
export async function commandOfOurs(
  context: BenchContext,
  work: TrainingWork,
  steps: number | string = ENDLESS,
): Promise<WholeCommand> {
  const { dataset, side, batch, folder } = work;
  await importOnce(context, await folder(), dataset);
  const blur = side <= 32 ? [] : ['--set', 'views.blur.probability=0.5'];
  const stem = `encoder.stem=${stemAt(side)}`;
  const settings = [
    '--set',
    `side=${side}`,
    '--set',
    stem,
    ...blur,
    '--batch',
    String(batch),
    '--steps',
    String(steps),
  ];
  return {
    command: process.execPath,
    words: [COMMAND_LINE, 'train', dataset, ...settings, '--json'],
    environment: { KINDRED_LIBRARY: libraryOf(context) },
  };
}

/** Lightly on the folder, without end, a JSON line a step. */
export async function commandOfLightly(
  python: string,
  { side, batch, folder }: TrainingWork,
  precision: 'float32' | 'bfloat16',
): Promise<WholeCommand> {
  const words = ['--data', await folder(), '--side', side, '--batch', batch, '--steps', ENDLESS].map(String);
  return {
    command: python,
    words: [LIGHTLY_FOLDER, ...words, '--ticks', ...(precision === 'bfloat16' ? ['--bf16'] : [])],
  };
}

/** What lies ready when a turn begins, two batches ahead here and two a worker there, is not counted. */
function stepping(
  { isQuick }: BenchContext,
  batch: number,
  command: Pick<SteppingCommand, 'name' | 'command' | 'words' | 'environment' | 'isStep'>,
): Contestant {
  return steppingContestant({
    ...command,
    unitsPerStep: 2 * batch,
    stepsSkipped: 6,
    secondsOfTurn: isQuick ? 3 : 10,
  });
}
