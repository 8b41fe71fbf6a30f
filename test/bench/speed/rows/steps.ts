/**
 * One training step: ours against PyTorch's by its best of eager and compiled, in each precision; and ours with the
 * views drawn in it against ours from views already there.
 */
import { join } from 'node:path';
import type { BenchContext, Contestant, Row } from '../row.ts';
import { steppingContestant } from '../stepping-contestant.ts';

interface StepWork {
  readonly name: string;
  readonly depth: number;
  readonly width: number;
  readonly side: number;
  readonly views: number;
}

type Precision = 'float32' | 'bfloat16';

/** With what is asked of each precision, against the peer. */
const WORKS: readonly (StepWork & { readonly least: Readonly<Record<Precision, number>> })[] = [
  { name: 'r18', depth: 18, width: 1, side: 32, views: 128, least: { float32: 1.25, bfloat16: 1.05 } },
  { name: 'r18-quarter', depth: 18, width: 0.25, side: 32, views: 512, least: { float32: 1.7, bfloat16: 1.05 } },
  { name: 'r50', depth: 50, width: 1, side: 96, views: 64, least: { float32: 1.5, bfloat16: 1.1 } },
];
/** Of the narrowest encoder, whose own work hides the least of the views'. */
const VIEW_WORKS: readonly StepWork[] = [
  { name: '32', depth: 18, width: 0.25, side: 32, views: 512 },
  { name: '96', depth: 18, width: 0.25, side: 96, views: 256 },
  { name: '224', depth: 18, width: 0.25, side: 224, views: 128 },
];
/** At most 12 % of a step are its views. */
const STEP_ALONE = 0.88;
const OURS = join(import.meta.dirname, '..', 'our-step.ts');
const PEER = join(import.meta.dirname, '..', '..', 'peers', 'torch_step.py');

export function stepRows(context: BenchContext): readonly Row[] {
  return WORKS.flatMap((work) =>
    (['float32', 'bfloat16'] as const).map((precision) => ({
      name: `step-${work.name}-${precision}`,
      family: 'steps',
      title: `Step, ${titleOf(work)}, ${precision}`,
      unit: 'views/s' as const,
      target: { least: work.least[precision] },
      turns: context.isQuick ? 2 : 5,
      ours: [ourStep(context, work, precision, 'views'), ourStep(context, work, precision, 'canvas')],
      peers: peerSteps(context, work, precision),
    })),
  );
}

export function viewRows(context: BenchContext): readonly Row[] {
  return VIEW_WORKS.map((work) => ({
    name: `views-${work.name}`,
    family: 'views',
    title: `Step that draws its views beside one from views already there: ${titleOf(work)}, bfloat16`,
    unit: 'views/s' as const,
    target: { least: STEP_ALONE },
    turns: context.isQuick ? 2 : 7,
    ours: [ourStep(context, work, 'bfloat16', 'canvas')],
    peers: [ourStep(context, work, 'bfloat16', 'views')],
  }));
}

const titleOf = ({ depth, width, side, views }: StepWork): string =>
  `ResNet-${depth}${width === 1 ? '' : ` × ${width}`}, ${side} px, ${views} views`;

function ourStep(context: BenchContext, work: StepWork, precision: Precision, from: 'views' | 'canvas'): Contestant {
  const name = from === 'views' ? 'Kindred' : 'Kindred, drawing the views too';
  const words = [OURS, ...wordsOf(work), '--precision', precision, '--from', from];
  return stepping(context, work, name, process.execPath, words);
}

function peerSteps(context: BenchContext, work: StepWork, precision: Precision): readonly Contestant[] {
  const { python } = context;
  if (python === null) return [];
  const modes = precision === 'float32' ? ['eager', 'compile'] : ['bf16', 'compile-bf16'];
  return modes.map((mode) =>
    stepping(context, work, `PyTorch, ${mode}`, python, [PEER, ...wordsOf(work), '--mode', mode]),
  );
}

function stepping(
  { isQuick }: BenchContext,
  { views }: StepWork,
  name: string,
  command: string,
  words: readonly string[],
): Contestant {
  return steppingContestant({
    name,
    command,
    words,
    isStep: (line) => line.startsWith('{'),
    unitsPerStep: views,
    stepsSkipped: 1,
    secondsOfTurn: isQuick ? 1 : 4,
  });
}

function wordsOf({ depth, width, side, views }: StepWork): readonly string[] {
  return Object.entries({ depth, width, side, views }).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
