/** Whole runs from a folder of images: views a second, everything included that happens between two steps. */
import type { BenchContext, Row } from '../row.ts';
import { lightlyTraining, ourTraining, type TrainingWork } from '../training-contestants.ts';

export function endToEndRows(context: BenchContext): readonly Row[] {
  const { cifar, photos } = context;
  const photoWork: TrainingWork = { dataset: 'photos', side: 96, batch: 256, folder: photos };
  const photoRow = row(
    context,
    'end-to-end-photos',
    'End to end from 5,000 photos at 96 px, ResNet-18 × 0.25, B 256',
    2,
    photoWork,
  );
  if (cifar === null) return [photoRow];
  const work: TrainingWork = { dataset: 'cifar10', side: 32, batch: 256, folder: async () => cifar };
  const title = 'End to end from the CIFAR-10 folder, ResNet-18 × 0.25, B 256';
  return [row(context, 'end-to-end-cifar10', title, 2.7, work), photoRow];
}

function row(context: BenchContext, name: string, title: string, least: number, work: TrainingWork): Row {
  return {
    name,
    family: 'end-to-end',
    title,
    unit: 'views/s',
    target: { least },
    turns: context.isQuick ? 1 : 3,
    ours: [ourTraining(context, work)],
    peers: lightlyTraining(context, work),
  };
}
