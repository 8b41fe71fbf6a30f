/** Every dial of a run: its dotted path, what it does, and what goes wrong at either end. */
import type { SettingValue } from './flat-settings.ts';

interface DialBase {
  readonly path: string;
  readonly name: string;
}

export interface NumberDial extends DialBase {
  readonly kind: 'number';
  readonly step: number;
  readonly tooLow: string;
  readonly tooHigh: string;
}

export interface ChoiceDial extends DialBase {
  readonly kind: 'choice';
  readonly choices: readonly (string | number)[];
  readonly meaning: string;
}

export interface SwitchDial extends DialBase {
  readonly kind: 'switch';
  readonly meaning: string;
}

export type Dial = NumberDial | ChoiceDial | SwitchDial;

/** Lengths a person is offered. */
export const trainingTimes = [
  { minutes: 15, name: '15 minutes', hint: 'a first impression' },
  { minutes: 60, name: 'An hour', hint: 'good for most sets' },
  { minutes: 600, name: 'Overnight', hint: 'the best this computer can do' },
] as const;

export interface DialGroup {
  readonly title: string;
  readonly dials: readonly Dial[];
}

const number = (path: string, name: string, step: number, tooLow: string, tooHigh: string): Dial => ({
  kind: 'number',
  path,
  name,
  step,
  tooLow,
  tooHigh,
});
const choice = (path: string, name: string, choices: readonly (string | number)[], meaning: string): Dial => ({
  kind: 'choice',
  path,
  name,
  choices,
  meaning,
});
const onOff = (path: string, name: string, meaning: string): Dial => ({ kind: 'switch', path, name, meaning });

export const dialGroups: readonly DialGroup[] = [
  {
    title: 'Size',
    dials: [
      number('side', 'Side of a view (px)', 16, 'small things vanish.', 'time grows with its square.'),
      number(
        'batchSize',
        'Images in a batch',
        32,
        'few others to tell apart from, so weaker embeddings.',
        'more memory, and fewer steps in the same time.',
      ),
      choice(
        'encoder.depth',
        'Depth (ResNet)',
        [18, 34, 50, 101, 152],
        'Deeper is finer and slower; it pays in long runs.',
      ),
      number('encoder.width', 'Width', 0.25, 'coarser similarities.', 'time grows with its square.'),
      number('cacheSide', 'Short side kept (px)', 16, 'small crops turn soft.', 'more disk, and slower reading.'),
    ],
  },
  {
    title: 'Encoder',
    dials: [
      choice('encoder.stem', 'Stem', ['small', 'large'], '“small” keeps detail, right up to 64 px; “large” is faster.'),
      choice(
        'encoder.norm',
        'Normalisation',
        ['batch', 'group'],
        '“batch” is SimCLR’s; “group” for very small batches.',
      ),
      choice(
        'encoder.init',
        'Start of the weights',
        ['he', 'uniform', 'reference'],
        '“uniform” learns fastest in short runs; “reference” is the published code’s.',
      ),
      onOff('encoder.zeroInitLastGamma', 'Blocks start as identity', 'Steadier in long runs, slower in short ones.'),
    ],
  },
  {
    title: 'Learning',
    dials: [
      choice(
        'optimizer.kind',
        'Optimizer',
        ['sgd', 'lars', 'adamw'],
        'SGD suits batches up to 1,024; LARS is for larger ones.',
      ),
      number(
        'optimizer.baseLearningRate',
        'Base learning rate',
        0.01,
        'learns slowly.',
        'the loss jumps, or is no longer finite.',
      ),
      choice(
        'optimizer.learningRateRule',
        'Rate by batch',
        ['linear', 'square-root', 'constant'],
        '“square-root” is better up to 2,048 images or 200 epochs with LARS; “constant” takes the base rate as it is.',
      ),
      number('optimizer.momentum', 'Momentum', 0.05, 'noisy steps.', 'overshoots; above 0.95 mostly unstable.'),
      onOff('optimizer.nesterov', 'Nesterov momentum', 'Looks ahead along the momentum; SGD only.'),
      number(
        'optimizer.weightDecay',
        'Weight decay',
        0.0001,
        'may overfit small sets.',
        'embeddings shrink and blur together.',
      ),
      number('optimizer.trustCoefficient', 'Trust coefficient (LARS)', 0.001, 'layers barely move.', 'layers jump.'),
      number('optimizer.beta1', 'β₁ (AdamW)', 0.01, 'noisy steps.', 'slow to turn.'),
      number('optimizer.beta2', 'β₂ (AdamW)', 0.001, 'step sizes flicker.', 'step sizes lag behind.'),
      number('optimizer.epsilon', 'ε (AdamW)', 1e-8, 'steps explode where gradients vanish.', 'acts like plain SGD.'),
      number(
        'schedule.warmupEpochs',
        'Warm-up (epochs)',
        1,
        'the first steps may throw the encoder off.',
        'time spent at low rates.',
      ),
      choice(
        'schedule.decay',
        'After the warm-up',
        ['cosine', 'constant'],
        '“cosine” falls to 0 and ends better; “constant” can be cut anywhere.',
      ),
    ],
  },
  {
    title: 'Head and loss',
    dials: [
      choice(
        'head.kind',
        'Head',
        ['nonlinear', 'linear', 'none'],
        'Without a hidden layer the encoder itself forgets colour and pose.',
      ),
      choice('head.hiddenLayers', 'Hidden layers', [1, 2, 3], 'More shield the encoder better and cost little.'),
      number(
        'head.hiddenSize',
        'Size of a hidden layer',
        64,
        'squeezes out what the loss needs.',
        'more memory for little.',
      ),
      number(
        'head.outputSize',
        'Size of the projection',
        32,
        'little room to keep images apart.',
        'costs little, gains little.',
      ),
      onOff('head.hiddenBatchNorm', 'Normalise hidden layers', 'As SimCLR does; off for the small-set recipe.'),
      onOff('head.outputBatchNorm', 'Normalise the projection', 'As the published code does; the paper does not.'),
      choice('loss.kind', 'Loss', ['nt-xent'], 'Normalised, temperature-scaled cross-entropy.'),
      number(
        'loss.temperature',
        'Temperature τ',
        0.05,
        'only the hardest others count; noisy.',
        'all others count alike; vague.',
      ),
    ],
  },
  {
    title: 'Running',
    dials: [
      choice('precision', 'Precision', ['auto', 'float32', 'bfloat16'], '“auto” measures which is faster here.'),
      number('chunk.images', 'Images at a time', 32, 'slower.', 'more memory. Empty: a batch is computed whole.'),
      choice(
        'chunk.batchNorm',
        'Statistics of a batch in parts',
        ['ghost', 'global'],
        '“ghost”: each part by itself; “global”: as if the batch were computed at once, slower.',
      ),
      onOff('compiled', 'Compiled step', 'Off runs operation by operation: slower, for looking into faults.'),
      number('seed', 'Seed', 1, 'nothing: another seed is another run of chance.', 'nothing.'),
    ],
  },
];

/** What the dial does at its ends, in one line. */
export function dialHint(dial: Dial): string {
  return dial.kind === 'number' ? `Too low: ${dial.tooLow} Too high: ${dial.tooHigh}` : dial.meaning;
}

const dialNames = new Map(dialGroups.flatMap(({ dials }) => dials.map(({ path, name }) => [path, name])));

/** What a setting is called: as its dial, else its path in words (`views.crop.areaMin`: "Views, crop, area min"). */
export function settingName(path: string): string {
  const words = path
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split('.')
    .join(', ');
  return dialNames.get(path) ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a setting is at; one that was left open is settled by what the run is like. */
export function settingText(value: SettingValue | undefined): string {
  if (value === undefined) return '—';
  if (value === null) return 'as usual';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value);
}

/** What the engine says, with settings called as their dials are. */
export function withDialNames(message: string): string {
  return message.replaceAll(/[a-z]\w*(?:\.\w+)+/gi, (path) => {
    const name = dialNames.get(path);
    return name === undefined ? path : `“${name}”`;
  });
}
