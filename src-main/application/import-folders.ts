/**
 * Bringing folders into a dataset, and looking at them again: the same act, as often as one likes.
 *
 * I1  Originals are only read.
 * I2  A path that can't be used is one row with its cause, never the end of the import.
 * I3  Files are recorded in scan order, batch by batch, vectors before rows; so after a crash the library holds the
 *     beginning of the import, and importing again gives what an unbroken import would have.
 * I4  A file that is gone is marked missing, never deleted; where its image turns up under a new path, it has moved.
 */
import type { Clock } from '#base/clock.ts';
import { KindredError } from '#base/errors.ts';
import { resolve, sep } from 'node:path';
import { chooseDataset } from './importing/choose-dataset.ts';
import { compareScan, type ImportPlan } from './importing/compare-scan.ts';
import { describeInOrder } from './importing/describe-in-order.ts';
import { FileRecorder, type ImportCounts } from './importing/record-files.ts';
import { scanDataset, type DatasetScan } from './importing/scan-dataset.ts';
import type { DescribeResult, FileScanner, ImageDecoder } from './ports/images.ts';
import type { Dataset, DatasetCounts, LibraryStores } from './ports/library.ts';
import { BASELINE_ENCODER_KEY, type HashedVector, type VectorSink } from './ports/vectors.ts';

const BATCH_FILES = 256;
const BATCH_MS = 1000;

export interface ImportPorts {
  readonly stores: LibraryStores;
  readonly scanner: FileScanner;
  readonly decoder: ImageDecoder;
  readonly vectors: VectorSink;
  readonly clock: Clock;
  readonly thumbnailFolder: string;
}

export interface ImportRequest {
  /** At least one; made absolute against the working directory. */
  readonly folders: readonly string[];
  /** Name of the dataset; null: chosen by the folders. */
  readonly name: string | null;
  /** A root of the dataset whose place the first folder takes: the same folder, from elsewhere. */
  readonly instead?: string | undefined;
}

export type ImportProgress =
  | { readonly phase: 'scanning'; readonly found: number }
  | {
      readonly phase: 'reading';
      readonly done: number;
      readonly total: number;
      readonly problems: number;
      readonly filesPerSecond: number;
      readonly remainingMs: number | null;
    };

export interface ImportResult extends ImportCounts, DatasetCounts {
  readonly dataset: Dataset;
  /** Why folders became labels or did not, in a sentence. */
  readonly labelReason: string;
  /** Files whose bytes were read. */
  readonly read: number;
  readonly elapsedMs: number;
}

/**
 * Imports folders into a dataset, all of whose roots are looked at again.
 *
 * @throws KindredError `folder.missing` for a folder never imported that is not there; `job.interrupted` when `signal`
 *   was aborted, with all that was read until then in the library.
 */
export async function importFolders(
  ports: ImportPorts,
  request: ImportRequest,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportResult> {
  const startMs = ports.clock.monotonicMs();
  const { stores } = ports;
  const folders = [...new Set(request.folders.map((folder) => resolve(folder)))];
  for (const folder of folders) await refuseUnreachable(ports, folder, signal);
  const dataset = stores.transaction(() => prepareDataset(ports, folders, request));
  const scan = await scanRoots(ports, dataset, onProgress, signal);
  const plan = compareScan(stores.files.known(dataset.id), scan);
  const recorder = new FileRecorder(stores, dataset.id, plan);
  await stores.inTurns(recorder.known(plan));
  const read = await readFiles(ports, plan, recorder, onProgress, signal);
  refuseWhenInterrupted(signal, read, plan.toDescribe.length);
  const importedMs = ports.clock.wallMs();
  const markImported = (): void => stores.datasets.markImported(dataset.id, importedMs, scan.labelReason);
  await stores.inTurns(recorder.gone());
  await stores.inTurns([markImported]);
  const elapsedMs = ports.clock.monotonicMs() - startMs;
  const { labelReason } = scan;
  return { dataset, labelReason, ...stores.datasets.counts(dataset.id), ...recorder.counts, read, elapsedMs };
}

/** A folder that is no dataset's root yet must be there; one that is may be on a volume that is not connected. */
async function refuseUnreachable(ports: ImportPorts, folder: string, signal: AbortSignal): Promise<void> {
  if (ports.stores.datasets.findByRoot(folder) !== null) return;
  for await (const { problems } of ports.scanner.scan([folder], signal)) {
    const problem = problems.find((one) => one.path === folder && one.code.startsWith('folder.'));
    if (problem !== undefined) throw new KindredError(problem.code, problem.message, { folder });
    return;
  }
}

async function scanRoots(
  ports: ImportPorts,
  dataset: Dataset,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<DatasetScan> {
  try {
    const choice = ports.stores.datasets.folderLabels(dataset.id);
    const onFound = (found: number): void => onProgress({ phase: 'scanning', found });
    return await scanDataset(ports.scanner, dataset.roots, choice, signal, onFound);
  } catch (error) {
    if (!signal.aborted) throw error;
    const text = 'The import was interrupted while looking for files. Nothing was changed.';
    throw new KindredError('job.interrupted', text, {}, error);
  }
}

/** The dataset with the folders among its roots; one that lies within a root is none of its own. */
function prepareDataset(
  ports: ImportPorts,
  folders: readonly string[],
  { name, instead }: Omit<ImportRequest, 'folders'>,
): Dataset {
  const { datasets } = ports.stores;
  const dataset = chooseDataset(datasets, folders, name, ports.clock.wallMs());
  const replaced = dataset.roots.find(({ path }) => path === instead);
  if (replaced !== undefined) datasets.moveRoot(replaced.id, folders[0]!);
  for (const folder of folders) {
    const roots = datasets.find(dataset.id)!.roots;
    const isWithin = roots.some((root) => folder === root.path || folder.startsWith(root.path + sep));
    if (!isWithin) datasets.addRoot(dataset.id, folder);
  }
  return datasets.find(dataset.id)!;
}

function refuseWhenInterrupted(signal: AbortSignal, done: number, total: number): void {
  if (!signal.aborted) return;
  const text = `The import was interrupted after ${done} of ${total} files. They are in the library; the same import goes on with the rest.`;
  throw new KindredError('job.interrupted', text, { done, total });
}

/** Reads what must be read and records it in batches. @returns how many files were recorded. */
async function readFiles(
  ports: ImportPorts,
  plan: ImportPlan,
  recorder: FileRecorder,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<number> {
  const { clock } = ports;
  const total = plan.toDescribe.length;
  const startMs = clock.monotonicMs();
  const paths = plan.toDescribe.map((file) => file.place.path);
  let batch: DescribeResult[] = [];
  let recorded = 0;
  let problems = plan.problems.length;
  let committedMs = startMs;

  const commit = async (): Promise<void> => {
    await ports.vectors.append(BASELINE_ENCODER_KEY, vectorsOf(batch));
    const first = recorded;
    const described = batch.map((result, i) => () => recorder.recordDescribed(plan.toDescribe[first + i]!, result));
    await ports.stores.inTurns(described);
    recorded += batch.length;
    problems += batch.filter((result) => 'problem' in result).length;
    batch = [];
    committedMs = clock.monotonicMs();
    const filesPerSecond = recorded / Math.max(1e-3, (committedMs - startMs) / 1000);
    const isRateKnown = recorded >= BATCH_FILES;
    const remainingMs = isRateKnown ? ((total - recorded) / filesPerSecond) * 1000 : null;
    onProgress({ phase: 'reading', done: recorded, total, problems, filesPerSecond, remainingMs });
  };

  for await (const result of describeInOrder(ports.decoder, paths, ports.thumbnailFolder, signal)) {
    batch.push(result);
    if (batch.length >= BATCH_FILES || clock.monotonicMs() - committedMs > BATCH_MS) await commit();
  }
  if (batch.length > 0) await commit();
  return recorded;
}

function vectorsOf(results: readonly DescribeResult[]): readonly HashedVector[] {
  return results.flatMap((result) =>
    'facts' in result ? [{ contentHash: result.facts.contentHash, vector: result.facts.descriptor }] : [],
  );
}
