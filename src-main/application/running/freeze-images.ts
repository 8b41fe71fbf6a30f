/**
 * The frozen list of a run: which images it trains on and which it is judged by, decided once.
 *
 * With splits the training split is used and images that also lie in another split are left out; without splits, all.
 * Each picture once, whatever the number of its files and of images with the same pixels. Judged are: with labels, the validation split or a seeded,
 * stratified fifth of the training images (kNN); without, up to 1,000 images held out of training (instance retrieval).
 * Never the test split.
 */
import { KindredError } from '#base/errors.ts';
import { RandomStream } from '#base/random.ts';
import { stratifiedHoldOut } from '#evaluation/splits.ts';
import { atOnce, type InPieces, passing, visiting } from '../in-pieces.ts';
import type { DatasetImage } from '../ports/library.ts';
import type { JudgedImages, PlannedImage } from '../ports/runs.ts';

export interface FrozenImages {
  readonly images: readonly DatasetImage[];
  readonly judged: JudgedImages;
  /** What a user should know of the choice. */
  readonly notes: readonly string[];
}

const JUDGED_LEAST = 20;
const BANK_MOST = 40_000;
const QUERIES_MOST = 5000;
const RETRIEVAL_MOST = 1000;
const RETRIEVAL_SHARE = 0.1;
const QUERY_SHARE = 0.2;
/** With fewer labelled than this share of the images, labels say too little. */
const LABELLED_SHARE = 0.5;

/**
 * @param all images of the dataset, once per split.
 * @throws KindredError `dataset.empty` when fewer than 2 different images are left to train on.
 */
export function freezeImages(all: readonly DatasetImage[], seed: number): FrozenImages {
  return atOnce(freezingImages(all, seed));
}

/** As `freezeImages`; with a million images it takes seconds. */
export function* freezingImages(all: readonly DatasetImage[], seed: number): InPieces<FrozenImages> {
  const { training, validation, notes } = yield* chooseTraining(all);
  refuseTooFew(training.length, all);
  const labelled = yield* passing(training, ({ label }) => label !== null);
  const classes = new Set<string | null>();
  yield* visiting(labelled, ({ label }) => classes.add(label));
  const hasLabels = classes.size >= 2 && labelled.length >= LABELLED_SHARE * training.length;
  if (training.length < JUDGED_LEAST) return { images: training, judged: { protocol: 'none' }, notes };
  if (hasLabels) return { images: training, judged: yield* judgedByLabels(labelled, validation, classes, seed), notes };
  return { ...(yield* holdOut(training, seed)), notes };
}

/** Those of all images whose pixels a run needs, trained on or judged by, each once. */
export function imagesToCache(all: readonly DatasetImage[], frozen: FrozenImages): readonly DatasetImage[] {
  return atOnce(findingImagesToCache(all, frozen));
}

/** As `imagesToCache`. */
export function* findingImagesToCache(
  all: readonly DatasetImage[],
  { images, judged }: FrozenImages,
): InPieces<readonly DatasetImage[]> {
  const wanted = new Set<string>();
  for (const some of [images, judgedOf(judged)]) yield* visiting(some, ({ contentHash }) => wanted.add(contentHash));
  return yield* passing(all, ({ contentHash }) => wanted.delete(contentHash));
}

function judgedOf(judged: JudgedImages): readonly PlannedImage[] {
  if (judged.protocol === 'none') return [];
  return judged.protocol === 'knn' ? [...judged.bank, ...judged.queries] : judged.images;
}

interface Choice {
  readonly training: readonly DatasetImage[];
  readonly validation: readonly DatasetImage[];
  readonly notes: readonly string[];
}

function* chooseTraining(all: readonly DatasetImage[]): InPieces<Choice> {
  const ofSplit = (split: DatasetImage['split']) => passing(all, (image) => image.split === split);
  const [ofTraining, ofValidation, ofTest] = [yield* ofSplit('train'), yield* ofSplit('val'), yield* ofSplit('test')];
  const hasTraining = ofTraining.length > 0;
  const candidates = hasTraining ? ofTraining : all;
  const heldBack = new Set<string>();
  const elsewhere = hasTraining ? [ofValidation, ofTest] : [ofTest];
  for (const some of elsewhere) yield* visiting(some, ({ pixelHash }) => heldBack.add(pixelHash));
  const different = yield* once(candidates);
  const training = yield* passing(different, ({ pixelHash }) => !heldBack.has(pixelHash));
  const contents = new Set<string>();
  yield* visiting(candidates, ({ contentHash }) => contents.add(contentHash));
  const copies = contents.size - different.length;
  const leaked = hasTraining ? different.length - training.length : 0;
  return { training, validation: yield* once(ofValidation), notes: notesOf(copies, leaked) };
}

function notesOf(copies: number, leaked: number): readonly string[] {
  const notes: string[] = [];
  if (copies > 0) notes.push(`${copies} images show the same pixels as another one; each picture is trained on once.`);
  if (leaked > 0) {
    notes.push(`${leaked} images lie in the training split and in another one too; they are not trained on.`);
  }
  return notes;
}

/** Images that show the same pixels are one picture: as each other's negatives they would teach what is not so. */
function* once(images: readonly DatasetImage[]): InPieces<readonly DatasetImage[]> {
  const byPixels = new Map<string, DatasetImage>();
  yield* visiting(images, (image) => byPixels.set(image.pixelHash, image));
  return yield* passing(byPixels.values(), () => true);
}

function refuseTooFew(training: number, all: readonly DatasetImage[]): void {
  if (training >= 2) return;
  const found = training === 0 ? 'no image' : 'only one image';
  const text = `There is ${found} to train on. ${whyTooFew(training, all)}`;
  throw new KindredError('dataset.empty', text, { training, all: all.length, least: 2 });
}

function whyTooFew(training: number, all: readonly DatasetImage[]): string {
  if (all.length === 0) {
    return 'The dataset has none that can be read: see "images DATASET --problems" for the causes.';
  }
  if (training === 0 && all.every(({ split }) => split === 'test')) {
    const images = all.length === 1 ? 'The one readable image is' : `All ${all.length} readable images are`;
    return (
      `${images} in the split "test", by the name of their folder, and that is kept for ` +
      'judging. Add the folder with the images to train on to this dataset, or give this one another name and import ' +
      'it anew.'
    );
  }
  const least = 'the views of an image are told apart from those of others, so at least 2 different ones are needed.';
  const contents = new Set(all.map(({ contentHash }) => contentHash)).size;
  if (contents > 1 && new Set(all.map(({ pixelHash }) => pixelHash)).size === 1)
    return `All ${contents} readable images show the same pixels; ${least}`;
  const images = all.length === 1 ? 'image' : 'images';
  return `${training} of ${all.length} readable ${images} ${training === 1 ? 'is' : 'are'} for training; ${least}`;
}

function* judgedByLabels(
  labelled: readonly DatasetImage[],
  validation: readonly DatasetImage[],
  known: ReadonlySet<string | null>,
  seed: number,
): InPieces<JudgedImages> {
  const queries = yield* passing(validation, ({ label }) => known.has(label));
  if (queries.length > 0) {
    return {
      protocol: 'knn',
      bank: shuffled(labelled, seed, 'judged bank', BANK_MOST),
      queries: shuffled(queries, seed, 'judged queries', QUERIES_MOST),
      seenInTraining: false,
    };
  }
  const classes = [...known];
  const classOf = new Map(classes.map((label, index) => [label, index]));
  const labels = Int32Array.from(labelled, ({ label }) => classOf.get(label)!);
  yield;
  const { train, heldOut } = stratifiedHoldOut(labels, classes.length, QUERY_SHARE, seed);
  yield;
  const pick = (rows: Int32Array) => Array.from(rows, (row) => labelled[row]!);
  return {
    protocol: 'knn',
    bank: shuffled(pick(train), seed, 'judged bank', BANK_MOST),
    queries: shuffled(pick(heldOut), seed, 'judged queries', QUERIES_MOST),
    seenInTraining: true,
  };
}

function* holdOut(training: readonly DatasetImage[], seed: number): InPieces<Omit<FrozenImages, 'notes'>> {
  const count = Math.min(RETRIEVAL_MOST, Math.floor(training.length * RETRIEVAL_SHARE));
  const order = new RandomStream(seed, 'held out').permutation(training.length);
  yield;
  const held = Array.from(order.subarray(0, count), (row) => training[row]!);
  const heldHashes = new Set(held.map(({ contentHash }) => contentHash));
  const images = yield* passing(training, ({ contentHash }) => !heldHashes.has(contentHash));
  return { images, judged: { protocol: 'retrieval', images: held.map(planned) } };
}

function shuffled(
  images: readonly DatasetImage[],
  seed: number,
  purpose: string,
  most: number,
): readonly PlannedImage[] {
  const order = new RandomStream(seed, purpose).permutation(images.length);
  return Array.from(order.subarray(0, most), (row) => planned(images[row]!));
}

/** What a plan keeps of an image. */
export function planned({ contentHash, label }: DatasetImage): PlannedImage {
  return { contentHash, label };
}
