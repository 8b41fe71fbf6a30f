/** kNN and linear evaluation of stored vectors. */
import { KindredError } from '#base/errors.ts';
import { takeRows } from '#base/vector-table.ts';
import type { Evaluation } from '#contract/evaluation-events.ts';
import { accuracyOf, confusionMatrix, majorityShare } from '#evaluation/accuracy.ts';
import { classifyByNeighbours } from '#evaluation/knn.ts';
import { checkLabelled, type LabelledVectors } from '#evaluation/labels.ts';
import type { LinearProbe } from '#evaluation/linear-probe.ts';
import { judgeByLogistic } from '#evaluation/logistic-regression.ts';
import type { SimilaritySearch, StoredEmbeddings } from '../ports/vectors.ts';
import type { JudgedChoice, LabelledImage } from './choose-judged.ts';

/** τ of the votes. */
const TEMPERATURE = 0.1;
const DEFAULT_K = 200;
const OTHER_K: readonly number[] = [20, 10];

/** Fits the probe off the caller's thread; implemented by `hosts/judging/probe-thread.ts`. */
export type FitProbe = (
  training: LabelledVectors,
  classCount: number,
  seed: number,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
) => Promise<LinearProbe>;

export type LabelJudgement = Pick<
  Evaluation,
  'top1' | 'chance' | 'k' | 'temperature' | 'otherK' | 'l2' | 'n' | 'trained' | 'confusion'
> & { readonly notes: readonly string[] };

export interface JudgedVectors {
  readonly known: LabelledVectors;
  readonly asked: LabelledVectors;
  /** For each asked image its own row among the known, or −1; null when no image is in both. */
  readonly ownRows: Int32Array | null;
}

/**
 * Vectors and class numbers of the chosen images; those without a vector are left out.
 * @throws KindredError `evaluation.empty`, `evaluation.tooFewClasses`, `vectors.notFinite`.
 */
export function judgedVectors(stored: StoredEmbeddings, { train, test, classes }: JudgedChoice): JudgedVectors {
  const take = (images: readonly LabelledImage[]) => {
    const there = images.filter((image) => stored.rowOf.has(image.contentHash));
    const rows = there.map((image) => stored.rowOf.get(image.contentHash)!);
    const numbers = new Map(classes.map((name, number) => [name, number]));
    const labels = Int32Array.from(there, (image) => numbers.get(image.label)!);
    return { vectors: takeRows(stored.vectors, rows), labels, hashes: there.map((image) => image.contentHash) };
  };
  const known = take(train);
  const asked = take(test);
  checkLabelled('The set of labelled images', known, classes.length);
  if (asked.vectors.count === 0) {
    throw new KindredError('evaluation.empty', 'There is no labelled image left to judge. Name another with --test.');
  }
  const rowOf = new Map(known.hashes.map((hash, row) => [hash, row]));
  const ownRows = Int32Array.from(asked.hashes, (hash) => rowOf.get(hash) ?? -1);
  return { known, asked, ownRows: ownRows.some((row) => row >= 0) ? ownRows : null };
}

/** @param k neighbours that vote; null: 200. */
export async function judgeByKnn(
  { known, asked, ownRows }: JudgedVectors,
  classCount: number,
  k: number | null,
  findNeighbours: SimilaritySearch['findNeighbours'],
): Promise<LabelJudgement> {
  const wanted = k ?? DEFAULT_K;
  const ks = [wanted, ...OTHER_K.filter((other) => other !== wanted)];
  const own = ownRows ?? undefined;
  const [main, ...others] = await classifyByNeighbours(
    known,
    asked.vectors,
    classCount,
    ks,
    TEMPERATURE,
    findNeighbours,
    own,
  );
  const { k: used, predictions } = main!;
  const notes =
    used < wanted ? [`k was brought down from ${wanted} to ${used}, all the labelled images there are.`] : [];
  return {
    ...scores(predictions, asked.labels, classCount),
    k: used,
    temperature: TEMPERATURE,
    otherK: others.map((other) => ({ k: other.k, top1: accuracyOf(other.predictions, asked.labels) })),
    l2: null,
    trained: known.vectors.count,
    notes: [...notes, ...overlapNotes(ownRows, 'did not vote for themselves')],
  };
}

export async function judgeByProbe(
  { known, asked, ownRows }: JudgedVectors,
  classCount: number,
  seed: number,
  fitProbe: FitProbe,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<LabelJudgement> {
  const probe = await fitProbe(known, classCount, seed, onProgress, signal);
  const { predictions } = judgeByLogistic(probe.model, asked.vectors);
  const notes = probe.converged ? [] : ['The linear probe had not settled when its iterations ran out.'];
  return {
    ...scores(predictions, asked.labels, classCount),
    k: null,
    temperature: null,
    otherK: [],
    l2: probe.l2,
    trained: known.vectors.count,
    notes: [...notes, ...overlapNotes(ownRows, 'were trained on by the probe, so the number is too high')],
  };
}

function scores(
  predictions: Int32Array,
  truth: Int32Array,
  classCount: number,
): Pick<Evaluation, 'top1' | 'chance' | 'n' | 'confusion'> {
  const counts = confusionMatrix(predictions, truth, classCount);
  const confusion = Array.from({ length: classCount }, (_, row) => [
    ...counts.subarray(row * classCount, (row + 1) * classCount),
  ]);
  const chance = majorityShare(truth, classCount);
  return { top1: accuracyOf(predictions, truth), chance, n: truth.length, confusion };
}

function overlapNotes(ownRows: Int32Array | null, consequence: string): readonly string[] {
  if (ownRows === null) return [];
  const both = ownRows.filter((row) => row >= 0).length;
  return [`${both} judged images are also among the labelled ones; they ${consequence}.`];
}
