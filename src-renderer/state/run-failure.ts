/** What a person can do about a run that failed, by the code of its error: in words, and as buttons that do it. */
import type { RunSummary } from '../../src-main/contract/studio/runs.ts';
import { flatSettings, type SettingValue } from './flat-settings.ts';

export interface FailureAction {
  readonly name: string;
  /** resume: from the newest checkpoint. again: a new run with these settings over the failed one's. */
  readonly does: { readonly kind: 'resume' } | { readonly kind: 'again'; readonly changes: Changes };
}

type Changes = Readonly<Record<string, SettingValue>>;

export interface FailureHelp {
  readonly title: string;
  readonly advice: string;
  /** The first is the one to try first. */
  readonly actions: readonly FailureAction[];
}

type Failed = Pick<RunSummary, 'config'> & { readonly failure: { readonly code: string } };

const resume = (name: string): FailureAction => ({ name, does: { kind: 'resume' } });
const again = (name: string, changes: Changes): FailureAction => ({ name, does: { kind: 'again', changes } });

/** Four significant digits are as many as a rate is given with. */
const rounded = (value: number): number => Number(value.toPrecision(4));

function helpForMemory({ config }: Failed, title: string): FailureHelp {
  const batchSize = Math.max(2, Math.floor(config.batchSize / 2));
  const side = Math.max(8, Math.round((config.side * 3) / 4));
  return {
    title,
    advice:
      'Memory goes with the images in a batch and with the square of their side. Closing other programs may be enough; else start again smaller.',
    actions: [
      resume('Try again from the checkpoint'),
      again(`Start over with batches of ${batchSize}`, { batchSize }),
      again(`Start over at ${side} px`, { side }),
    ],
  };
}

const HELP: Readonly<Record<string, (run: Failed) => FailureHelp>> = {
  'training.diverged': ({ config }) => {
    const rate = rounded(config.optimizer.baseLearningRate / 2);
    return {
      title: 'The steps were too long and the numbers ran away',
      advice:
        'Half the learning rate nearly always holds. The checkpoint before it happened is intact, but going on from it with the same rate mostly ends the same way.',
      actions: [
        again(`Start over with half the learning rate (${rate})`, { 'optimizer.baseLearningRate': rate }),
        again('Start over with a longer warm-up', {
          'schedule.warmupEpochs': Math.max(10, 2 * (config.schedule.warmupEpochs ?? 10)),
        }),
      ],
    };
  },
  'training.outOfMemory': (run) => helpForMemory(run, 'There was not enough memory'),
  'compute.died': (run) => helpForMemory(run, 'The process that trains was ended from outside'),
  'disk.full': () => ({
    title: 'The disk is full',
    advice: 'Nothing that was saved is lost. Free some space, then go on where it stopped.',
    actions: [resume('Go on')],
  }),
  'pixels.damaged': () => ({
    title: 'Prepared images can’t be read back',
    advice: 'They are made again from your originals when the run goes on.',
    actions: [resume('Prepare them again and go on')],
  }),
  'checkpoint.damaged': () => ({
    title: 'A checkpoint can’t be read back',
    advice: 'The run goes on from the newest one that is whole; if there is none, start over.',
    actions: [resume('Go on from an older checkpoint'), again('Start over', {})],
  }),
  'checkpoint.missing': () => ({
    title: 'The checkpoint it should begin from is gone',
    advice: 'The run it was to go on from has been removed or trained further.',
    actions: [again('Start over without it', {})],
  }),
  'dataset.empty': () => ({
    title: 'Too few images to train on',
    advice: 'At least two different images are needed; a few hundred make a first useful encoder.',
    actions: [],
  }),
  'run.notResumable': () => ({
    title: 'The run can’t go on',
    advice: 'Bring back the images it was trained on, or start a new run on what is there.',
    actions: [resume('Look again'), again('Start over', {})],
  }),
};

/** Any code has an answer; one without its own may go on from its checkpoint or start over. */
export function failureHelp(run: Failed): FailureHelp {
  const known = HELP[run.failure.code];
  if (known) return known(run);
  return {
    title: 'Training stopped',
    advice: 'The newest checkpoint is intact.',
    actions: [resume('Go on from the checkpoint'), again('Start over', {})],
  };
}

/** A start that repeats a run's settings with some of them changed; the length is asked for as it was. */
export function settingsAgain(config: RunSummary['config'], changes: Changes): Record<string, SettingValue> {
  const kept = [...flatSettings(config)].filter(([, value]) => value !== null);
  return { ...Object.fromEntries(kept), ...changes };
}
