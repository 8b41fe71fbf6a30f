/** Every dial of a run: its dotted path, what it does, and what goes wrong at either end. */
export interface Dial {
  readonly path: string;
  readonly name: string;
  readonly tooLow: string;
  readonly tooHigh: string;
  readonly kind: 'number' | 'choice' | 'switch';
  readonly choices?: readonly (string | number)[];
  readonly step?: number;
}

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
  path,
  name,
  step,
  tooLow,
  tooHigh,
  kind: 'number',
});
const choice = (
  path: string,
  name: string,
  choices: readonly (string | number)[],
  tooLow: string,
  tooHigh: string,
): Dial => ({
  path,
  name,
  choices,
  tooLow,
  tooHigh,
  kind: 'choice',
});

export const dialGroups: readonly DialGroup[] = [
  {
    title: 'Size',
    dials: [
      number('side', 'Side of a view (px)', 16, 'Small things vanish.', 'Time grows with its square.'),
      number(
        'batchSize',
        'Images in a batch',
        32,
        'Few others to tell apart from: weaker embeddings.',
        'More memory, fewer steps in the same time.',
      ),
      choice(
        'encoder.depth',
        'Depth (ResNet)',
        [18, 34, 50, 101, 152],
        'Coarser similarities.',
        'Slower; gains need long training.',
      ),
      number('encoder.width', 'Width', 0.25, 'Coarser similarities.', 'Time grows with its square.'),
      choice(
        'encoder.stem',
        'Stem',
        ['small', 'large'],
        '“small” keeps detail: right up to 64 px.',
        '“large” is faster, but blind to detail at 32 px.',
      ),
    ],
  },
  {
    title: 'Learning',
    dials: [
      choice(
        'optimizer.kind',
        'Optimizer',
        ['sgd', 'lars', 'adamw'],
        'SGD suits batches up to 1,024.',
        'LARS is for large batches.',
      ),
      number(
        'optimizer.baseLearningRate',
        'Base learning rate',
        0.01,
        'Learns slowly.',
        'The loss jumps or is no longer finite.',
      ),
      number(
        'optimizer.weightDecay',
        'Weight decay',
        0.0001,
        'May overfit small sets.',
        'Embeddings shrink and blur together.',
      ),
      number(
        'schedule.warmupEpochs',
        'Warm-up (epochs)',
        1,
        'The first steps may throw the encoder off.',
        'Time spent at low rates.',
      ),
      number(
        'loss.temperature',
        'Temperature τ',
        0.05,
        'Only the hardest negatives count; noisy.',
        'All negatives count alike; vague.',
      ),
    ],
  },
  {
    title: 'Head',
    dials: [
      choice(
        'head.kind',
        'Kind',
        ['nonlinear', 'linear', 'none'],
        'Without a hidden layer the encoder forgets colour and pose.',
        '',
      ),
      number(
        'head.outputSize',
        'Size of the projection',
        32,
        'Little room to keep images apart.',
        'Costs little, gains little.',
      ),
    ],
  },
  {
    title: 'Running',
    dials: [
      choice('precision', 'Precision', ['auto', 'float32', 'bfloat16'], '“auto” measures which is faster here.', ''),
      number('seed', 'Seed', 1, 'Another seed is another run of chance.', ''),
    ],
  },
];
