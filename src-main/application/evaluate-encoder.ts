/** Judges a run's checkpoint as the protocol says, and says what the number stands on. */
import type { Clock } from '#base/clock.ts';
import { KindredError } from '#base/errors.ts';
import type { Evaluation } from '#contract/evaluation-events.ts';
import { requireEncoder } from './current-encoder.ts';
import { embedImages, type EmbedPorts, type EmbedProgress } from './embed-images.ts';
import { findDataset } from './find-dataset.ts';
import { chooseForRetrieval, chooseJudged, type JudgedChoice } from './judging/choose-judged.ts';
import { judgeByKnn, judgeByProbe, judgedVectors, type FitProbe } from './judging/judge-by-labels.ts';
import { judgeByRetrieval } from './judging/judge-by-retrieval.ts';
import type { Dataset, DatasetImage, LibraryStores } from './ports/library.ts';
import type { Run, RunPlan } from './ports/runs.ts';
import type { SimilaritySearch } from './ports/vectors.ts';

export interface EvaluatePorts extends EmbedPorts {
  readonly stores: LibraryStores;
  readonly search: SimilaritySearch;
  readonly fitProbe: FitProbe;
  readonly clock: Clock;
}

export interface EvaluateRequest {
  readonly run: Run;
  /** null: kNN where there are labels, else retrieval. */
  readonly protocol: Evaluation['protocol'] | null;
  /** Whose labels it is judged by; null: the run's dataset. */
  readonly trainName: string | null;
  /** What is judged; null: the same dataset. */
  readonly testName: string | null;
  /** null: 200. */
  readonly k: number | null;
  readonly output: 'h' | 'z';
  /** Of the checkpoint; null, or left out: the newest. */
  readonly step?: number | null;
  readonly seed: number;
}

export type EvaluateProgress = EmbedProgress | { readonly phase: 'fitting'; readonly fraction: number };

/** The part of an evaluation that depends on the protocol. */
type Judged = Omit<
  Evaluation,
  'seed' | 'output' | 'runId' | 'checkpointStep' | 'trainDataset' | 'testDataset' | 'seconds'
>;

interface Setting {
  readonly ports: EvaluatePorts;
  readonly request: EvaluateRequest;
  readonly plan: RunPlan;
  readonly train: Dataset;
  readonly test: Dataset;
  readonly onProgress: (progress: EvaluateProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * @throws KindredError `dataset.missing`, `checkpoint.missing`, `evaluation.empty`, `evaluation.tooFewClasses`, and as
 * `embedImages`.
 */
export async function evaluateEncoder(
  ports: EvaluatePorts,
  request: EvaluateRequest,
  onProgress: (progress: EvaluateProgress) => void,
  signal: AbortSignal,
): Promise<Evaluation> {
  const startMs = ports.clock.monotonicMs();
  const { run, trainName, testName, seed, output } = request;
  const { datasets } = ports.stores;
  const train = trainName === null ? datasets.find(run.datasetId) : findDataset(datasets, trainName);
  if (train === null) {
    throw new KindredError('dataset.missing', `The dataset of run "${run.name}" is gone. Name another with --train.`);
  }
  const test = testName === null ? train : findDataset(datasets, testName);
  const { checkpointStep } = await requireEncoder(run, ports.runHost, request.step);
  const plan = ports.runHost.readPlan(run.id);
  const judged = await judge({ ports, request, plan, train, test, onProgress, signal });
  const seconds = (ports.clock.monotonicMs() - startMs) / 1000;
  const names = { trainDataset: train.name, testDataset: test.name };
  return { ...judged, seed, output, runId: run.id, checkpointStep, ...names, seconds };
}

async function judge(setting: Setting): Promise<Judged> {
  const { ports, request, train, test } = setting;
  const imagesOf = ({ id }: Dataset): readonly DatasetImage[] => ports.stores.files.images(id);
  const trainImages = imagesOf(train);
  const testImages = test.id === train.id ? null : imagesOf(test);
  const choice = chooseJudged(trainImages, testImages, request.seed);
  const protocol = request.protocol ?? (choice.classes.length >= 2 ? 'knn' : 'retrieval');
  if (protocol !== 'retrieval') return judgeLabelled(setting, choice, protocol);
  return judgeUnlabelled(setting, testImages ?? trainImages);
}

async function judgeLabelled(
  { ports, request, plan, onProgress, signal }: Setting,
  choice: JudgedChoice,
  protocol: 'knn' | 'linear',
): Promise<Judged> {
  const { run, k, seed } = request;
  const wanted = [...choice.train, ...choice.test];
  const { encoderKey, problems } = await embedImages(ports, run, wanted, request, onProgress, signal);
  const stored = ports.vectors.read(encoderKey);
  const empty = {
    encoderKey,
    vectors: { count: 0, dimensions: 1, values: new Float32Array() },
    hashes: [],
    rowOf: new Map(),
  };
  const vectors = judgedVectors(stored ?? empty, choice);
  const onFit = (fraction: number): void => onProgress({ phase: 'fitting', fraction });
  const { notes, ...numbers } =
    protocol === 'knn'
      ? await judgeByKnn(vectors, choice.classes.length, k, ports.search.findNeighbours)
      : await judgeByProbe(vectors, choice.classes.length, seed, ports.fitProbe, onFit, signal);
  const pretrainedOnTest = wasTrainedOn(plan, choice.test);
  return {
    protocol,
    ...numbers,
    classes: choice.classes,
    split: choice.split,
    pretrainedOnTest,
    notes: [...choice.notes, ...notes, ...problemNotes(problems.length), ...trainedNotes(pretrainedOnTest)],
  };
}

async function judgeUnlabelled(
  { ports, request, plan, train, test, onProgress, signal }: Setting,
  images: readonly DatasetImage[],
): Promise<Judged> {
  const { run, seed } = request;
  const isOwn = test.id === run.datasetId && train.id === run.datasetId;
  const heldOut = isOwn && plan.judged.protocol === 'retrieval' ? plan.judged.images : null;
  const heldHashes = new Set(heldOut?.map((image) => image.contentHash));
  const kept = heldOut === null ? [] : images.filter((image) => heldHashes.has(image.contentHash));
  const chosen = kept.length >= 2 ? kept : chooseForRetrieval(images, seed);
  const { top1, chance, n } = await judgeByRetrieval(ports, run, chosen, request, onProgress, signal);
  const pretrainedOnTest = wasTrainedOn(plan, chosen);
  const numbers = { k: null, temperature: null, otherK: [], l2: null, trained: 0, classes: [], confusion: [] };
  return {
    protocol: 'retrieval',
    top1,
    chance,
    n,
    ...numbers,
    split: kept.length >= 2 ? 'held-out-of-training' : 'seeded-choice',
    pretrainedOnTest,
    notes: [...problemNotes(chosen.length - n), ...trainedNotes(pretrainedOnTest)],
  };
}

function wasTrainedOn({ images }: RunPlan, judged: readonly { readonly contentHash: string }[]): boolean {
  const trained = new Set(images.map((image) => image.contentHash));
  return judged.some((image) => trained.has(image.contentHash));
}

function problemNotes(problems: number): readonly string[] {
  return problems === 0 ? [] : [`${problems} images could not be decoded and were left out.`];
}

function trainedNotes(pretrainedOnTest: boolean): readonly string[] {
  if (!pretrainedOnTest) return [];
  return ['Judged images were seen in pretraining (without their labels): do not put this beside published numbers.'];
}
