/** Whole runs from a folder, as a user starts them: `train` of ours, Lightly as its documentation has it. */
import { join } from 'node:path';
import { COMMAND_LINE, importOnce, libraryOf } from './our-library.ts';
import type { BenchContext, Contestant } from './row.ts';
import { steppingContestant, type SteppingCommand } from './stepping-contestant.ts';

export interface TrainingWork {
  readonly dataset: string;
  readonly side: number;
  readonly batch: number;
  readonly folder: () => Promise<string>;
}

const PEER = join(import.meta.dirname, '..', 'peers', 'lightly_folder.py');
/** More than any turn makes. */
const ENDLESS = '1000000';

export function ourTraining(context: BenchContext, { dataset, side, batch, folder }: TrainingWork): Contestant {
  const blur = side <= 32 ? [] : ['--set', 'views.blur.probability=0.5'];
  const settings = ['--set', `side=${side}`, ...blur, '--batch', String(batch), '--steps', ENDLESS];
  const command = stepping(context, batch, {
    name: 'Kindred',
    command: process.execPath,
    words: [COMMAND_LINE, 'train', dataset, ...settings, '--json'],
    environment: { KINDRED_LIBRARY: libraryOf(context) },
    isStep: (line) => line.includes('"run.progress"'),
  });
  return prepared(command, async () => importOnce(context, await folder(), dataset));
}

/** In each precision; the better one counts. */
export function lightlyTraining(context: BenchContext, { side, batch, folder }: TrainingWork): readonly Contestant[] {
  const { python } = context;
  if (python === null) return [];
  return ['float32', 'bfloat16'].map((precision) => ({
    name: `Lightly, ${precision}`,
    start: async () => {
      const words = ['--data', await folder(), '--side', side, '--batch', batch, '--steps', ENDLESS].map(String);
      const command = stepping(context, batch, {
        name: `Lightly, ${precision}`,
        command: python,
        words: [PEER, ...words, '--ticks', ...(precision === 'bfloat16' ? ['--bf16'] : [])],
        isStep: (line) => line.startsWith('{"step"'),
      });
      return command.start();
    },
  }));
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

function prepared(contestant: Contestant, prepare: () => Promise<number>): Contestant {
  return {
    name: contestant.name,
    start: async () => {
      const importSeconds = Number((await prepare()).toFixed(1));
      const racer = await contestant.start();
      return { turn: racer.turn, stop: racer.stop, facts: () => ({ ...racer.facts(), importSeconds }) };
    },
  };
}
