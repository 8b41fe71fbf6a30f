/**
 * Encodes what an encoder has not seen of a dataset, a piece at a time: memory and prepared pixels are a piece's however
 * many images there are, and what is encoded already answers searches.
 */
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { requireEncoder } from './current-encoder.ts';
import {
  type EmbeddedImages,
  embedImages,
  type EmbedPorts,
  type EmbedProgress,
  type EmbedWhat,
} from './embed-images.ts';
import { encoderKey } from './encoder-key.ts';
import { imagePieces } from './images-in-turns.ts';
import type { DatasetImage, LibraryStores } from './ports/library.ts';
import type { Run } from './ports/runs.ts';

/** Images encoded by one start of the encoder. */
const PIECE = 50_000;

export type EmbedDatasetPorts = EmbedPorts & {
  readonly stores: { readonly files: Pick<LibraryStores['files'], 'imagesInPieces'> };
};

/**
 * As `embedImages` of all images of the dataset.
 *
 * @param onProgress of all that were missing.
 * @param piece images encoded at a time.
 */
export async function embedDataset(
  ports: EmbedDatasetPorts,
  run: Run,
  datasetId: DatasetId,
  what: EmbedWhat,
  onProgress: (progress: EmbedProgress) => void,
  signal: AbortSignal,
  piece = PIECE,
): Promise<EmbeddedImages> {
  const { checkpointStep } = await requireEncoder(run, ports.runHost, what.step ?? null);
  const key = encoderKey(run.id, checkpointStep, what.output);
  const { images, missing } = await countImages(ports, datasetId, key);
  const problems: string[] = [];
  let [before, embedded] = [0, 0];
  for await (const part of missingPieces(ports, datasetId, key, piece)) {
    if (signal.aborted) throw new KindredError('job.interrupted', 'Stopped encoding; what is done is kept.');
    const onPart = ({ phase, done }: EmbedProgress): void =>
      onProgress({ phase, done: before + done, total: Math.max(missing, before + part.length) });
    const done = await embedImages(ports, run, part, { ...what, step: checkpointStep }, onPart, signal);
    before += part.length;
    embedded += done.embedded;
    problems.push(...done.problems);
  }
  const dimensions = ports.vectors.describe(key)?.dimensions ?? 0;
  return { encoderKey: key, checkpointStep, images, embedded, alreadyThere: images - missing, problems, dimensions };
}

/** Different images of a dataset, and how many of them a key does not hold. */
async function countImages(
  { stores, vectors }: EmbedDatasetPorts,
  datasetId: DatasetId,
  key: string,
): Promise<{ readonly images: number; readonly missing: number }> {
  let [images, missing] = [0, 0];
  for await (const piece of imagePieces(stores, datasetId)) {
    const hashes = new Set(piece.map(({ contentHash }) => contentHash));
    images += hashes.size;
    missing += vectors.missing(key, hashes).length;
  }
  return { images, missing };
}

/** What a key does not hold, each image once; an image that cannot be encoded is met once too. */
async function* missingPieces(
  { stores, vectors }: EmbedDatasetPorts,
  datasetId: DatasetId,
  key: string,
  size: number,
): AsyncGenerator<readonly DatasetImage[]> {
  let part: DatasetImage[] = [];
  for await (const piece of imagePieces(stores, datasetId)) {
    const byHash = new Map(piece.map((image) => [image.contentHash, image]));
    for (const hash of vectors.missing(key, byHash.keys())) part.push(byHash.get(hash)!);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
