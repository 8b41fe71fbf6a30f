/** The most memory that a run takes, all its processes together, from its start through its first steps. */
import { commandOfLightly, commandOfOurs, type TrainingWork } from '../training-contestants.ts';
import type { BenchContext, Row } from '../row.ts';
import { runWhole, turning, type WholeCommand } from '../whole-command.ts';

const STEPS = 40;

export function memoryRows(context: BenchContext): readonly Row[] {
  const { cifar, python } = context;
  if (cifar === null) return [];
  const work: TrainingWork = { dataset: 'cifar10', side: 32, batch: 256, folder: async () => cifar };
  const steps = context.isQuick ? 8 : STEPS;
  const peakOf = (name: string, isStep: string, command: () => Promise<WholeCommand>) =>
    turning(name, async () => {
      let count = 0;
      const endAt = (line: object) => JSON.stringify(line).includes(isStep) && ++count === steps;
      return (await runWhole(await command(), { endAt, memory: true })).peakMB;
    });
  const row: Row = {
    name: 'memory-cifar10',
    family: 'memory',
    title: 'Peak memory of a run on CIFAR-10, ResNet-18 × 0.25, B 256, all processes',
    unit: 'MB',
    target: { most: 1.3 },
    turns: context.isQuick ? 1 : 3,
    ours: [peakOf('Kindred', '"run.progress"', () => commandOfOurs(context, work))],
    peers:
      python === null
        ? []
        : (['float32', 'bfloat16'] as const).map((precision) =>
            peakOf(`Lightly, ${precision}`, '{"step"', () => commandOfLightly(python, work, precision)),
          ),
  };
  return [row];
}
