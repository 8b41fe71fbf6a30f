/** Which images an encoder is judged by and on: by splits where there are any, else by a seeded fifth held out. */
import { seededHoldOut, stratifiedHoldOut } from '#evaluation/splits.ts';
import type { DatasetImage, Split } from '../ports/library.ts';

/** An image whose label is known. */
export type LabelledImage = DatasetImage & { readonly label: string };

export interface JudgedChoice {
  readonly train: readonly LabelledImage[];
  readonly test: readonly LabelledImage[];
  /** Names of the classes in `train`, sorted; a class's number is its place here. */
  readonly classes: readonly string[];
  readonly split: 'test' | 'val' | 'dataset' | 'held-out-fifth';
  readonly notes: readonly string[];
}

const HELD_OUT_FRACTION = 0.2;
/** Images judged by retrieval at most; its chance is then 0.1 %. */
const RETRIEVAL_IMAGES = 1000;

/**
 * @param trainImages of the dataset that labels are taken from.
 * @param testImages of the dataset that is judged; null: the same dataset.
 * @param seed decides the fifth that is held out.
 */
export function chooseJudged(
  trainImages: readonly DatasetImage[],
  testImages: readonly DatasetImage[] | null,
  seed: number,
): JudgedChoice {
  const notes: string[] = [];
  const labelled = withLabels(trainImages, notes, testImages === null ? 'images' : 'training images');
  const known = ofSplit(labelled, 'train') ?? labelled;
  const classes = [...new Set(known.map((image) => image.label))].sort();
  if (testImages !== null) {
    const all = withLabels(testImages, notes, 'judged images');
    const { images, split } = judgedPart(all) ?? { images: all, split: 'dataset' as const };
    return { train: known, test: ofClasses(images, classes, notes), classes, split, notes };
  }
  const part = known === labelled ? null : judgedPart(labelled);
  if (part !== null) {
    return { train: known, test: ofClasses(part.images, classes, notes), classes, split: part.split, notes };
  }
  const once = [...new Map(known.map((image) => [image.contentHash, image])).values()];
  const numbers = once.map((image) => classes.indexOf(image.label));
  const { train, heldOut } = stratifiedHoldOut(numbers, classes.length, HELD_OUT_FRACTION, seed);
  notes.push(`The dataset has no test split: a fifth of each class, chosen by seed ${seed}, was held out and judged.`);
  return {
    train: Array.from(train, (i) => once[i]!),
    test: Array.from(heldOut, (i) => once[i]!),
    classes,
    split: 'held-out-fifth',
    notes,
  };
}

/** Images for retrieval, which needs no labels: of the part to be judged, at most 1,000, chosen by the seed. */
export function chooseForRetrieval(images: readonly DatasetImage[], seed: number): readonly DatasetImage[] {
  const part = judgedPart(images)?.images ?? images;
  const once = [...new Map(part.map((image) => [image.contentHash, image])).values()];
  if (once.length <= RETRIEVAL_IMAGES) return once;
  const { heldOut } = seededHoldOut(once.length, RETRIEVAL_IMAGES / once.length, seed);
  return Array.from(heldOut, (i) => once[i]!);
}

/** The test split, else the validation split, else null. */
function judgedPart<T extends DatasetImage>(
  images: readonly T[],
): { readonly images: readonly T[]; readonly split: 'test' | 'val' } | null {
  for (const split of ['test', 'val'] as const) {
    const part = ofSplit(images, split);
    if (part !== null) return { images: part, split };
  }
  return null;
}

function ofSplit<T extends DatasetImage>(images: readonly T[], split: Split): readonly T[] | null {
  const part = images.filter((image) => image.split === split);
  return part.length === 0 ? null : part;
}

function withLabels(images: readonly DatasetImage[], notes: string[], what: string): readonly LabelledImage[] {
  const labelled = images.filter((image): image is LabelledImage => image.label !== null);
  const without = images.length - labelled.length;
  if (without > 0 && labelled.length > 0) notes.push(`${without} ${what} without a label were left out.`);
  return labelled;
}

function ofClasses(
  images: readonly LabelledImage[],
  classes: readonly string[],
  notes: string[],
): readonly LabelledImage[] {
  const known = new Set(classes);
  const kept = images.filter((image) => known.has(image.label));
  const without = images.length - kept.length;
  if (without > 0) notes.push(`${without} judged images of labels that no training image has were left out.`);
  return kept;
}
