/** Similarity search: examples, counter-examples and filters in; images, scores and who answered out. */
import { KindredError } from '#base/errors.ts';
import type { ImageId } from '#base/ids.ts';
import type { SearchMatch, SearchSummary } from '#contract/search-events.ts';
import { encoderKey } from './encoder-key.ts';
import { findDataset } from './find-dataset.ts';
import type { Region } from './ports/images.ts';
import type { DatasetImage, LibraryStores } from './ports/library.ts';
import type { ChosenEncoder, QueryEncoder, QueryPicture } from './ports/query-encoder.ts';
import { BASELINE_ENCODER_KEY, type SimilaritySearch, type VectorSource } from './ports/vectors.ts';
import { queryDirection } from './query-direction.ts';

export interface SearchPorts {
  readonly stores: LibraryStores;
  readonly vectors: VectorSource;
  readonly search: SimilaritySearch;
  readonly queryEncoder: QueryEncoder;
}

/** An image of the library by its number, or any file. */
export type SearchExample =
  | { readonly kind: 'image'; readonly imageId: ImageId; readonly region: Region | null }
  | { readonly kind: 'file'; readonly path: string; readonly region: Region | null };

export interface SearchRequest {
  /** At least one. */
  readonly examples: readonly SearchExample[];
  readonly counterExamples: readonly SearchExample[];
  /** null: all datasets. */
  readonly datasetName: string | null;
  readonly label: string | null;
  /** Content hashes of the images to search among, where a face has filters of its own; null: no further filter. */
  readonly among: ReadonlySet<string> | null;
  /** Matches wanted, ≥ 1. */
  readonly top: number;
  readonly encoder: ChosenEncoder;
}

export interface SearchResult {
  readonly matches: readonly SearchMatch[];
  readonly summary: SearchSummary;
}

/** The key under which a chosen encoder's vectors of whole images lie. */
export function keyOf(encoder: ChosenEncoder): string {
  return encoder.kind === 'baseline' ? BASELINE_ENCODER_KEY : encoderKey(encoder.runId, encoder.checkpointStep, 'h');
}

/**
 * Exact search; examples from the library are not among their own matches.
 *
 * @throws KindredError `dataset.missing`, `image.missing`, `search.empty` when no image passes the filters or none of
 * them has a vector, `search.noDirection`, `image.…` for an example that can't be decoded.
 */
export async function searchImages(
  ports: SearchPorts,
  request: SearchRequest,
  signal: AbortSignal,
): Promise<SearchResult> {
  const key = keyOf(request.encoder);
  const passing = passingImages(ports.stores, request);
  const stored = ports.vectors.read(key);
  const unseen = ports.vectors.missing(key, passing.keys()).length;
  if (stored === null || unseen === passing.size) throw nothingToSearch(request, passing.size);
  const all = [...request.examples, ...request.counterExamples];
  const vectors = await vectorsOf(ports, request.encoder, all, signal);
  const positives = vectors.slice(0, request.examples.length);
  const direction = queryDirection(positives, vectors.slice(request.examples.length));
  const candidates = new Set(passing.keys());
  for (const example of all) if (example.kind === 'image') candidates.delete(hashOf(ports.stores, example.imageId));
  const found = await ports.search.nearest({ encoderKey: key, direction, candidates, top: request.top });
  const matches = found.map(({ contentHash, score }, i) => {
    const { imageId, path, label } = passing.get(contentHash)!;
    return { rank: i + 1, score, imageId, contentHash, path, label };
  });
  const { encoder } = request;
  const run = encoder.kind === 'run' ? encoder : null;
  return {
    matches,
    summary: {
      encoder: encoder.kind,
      runId: run?.runId ?? null,
      runName: run?.runName ?? null,
      checkpointStep: run?.checkpointStep ?? null,
      matches: matches.length,
      searched: passing.size - unseen,
      unseen,
    },
  };
}

/** Images that pass the filters, by content hash. */
function passingImages(stores: LibraryStores, { datasetName, label, among }: SearchRequest): Map<string, DatasetImage> {
  const datasets = datasetName === null ? stores.datasets.list() : [findDataset(stores.datasets, datasetName)];
  const passing = new Map<string, DatasetImage>();
  for (const { id } of datasets) {
    for (const image of stores.files.images(id)) {
      const passes = (label === null || image.label === label) && (among === null || among.has(image.contentHash));
      if (passes) passing.set(image.contentHash, image);
    }
  }
  return passing;
}

/** Stored vectors where there are any; the rest is encoded now. */
async function vectorsOf(
  { stores, vectors, queryEncoder }: SearchPorts,
  encoder: ChosenEncoder,
  examples: readonly SearchExample[],
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const stored = vectors.read(keyOf(encoder));
  const known = examples.map((example) => {
    if (example.kind === 'file' || example.region !== null) return null;
    const row = stored?.rowOf.get(hashOf(stores, example.imageId));
    if (stored === null || row === undefined) return null;
    const { values, dimensions } = stored.vectors;
    return values.subarray(row * dimensions, (row + 1) * dimensions);
  });
  const pictures: QueryPicture[] = examples
    .filter((_, i) => known[i] === null)
    .map((example) => ({ path: pathOf(stores, example), region: example.region }));
  const encoded = pictures.length === 0 ? [] : await queryEncoder.encode(encoder, pictures, signal);
  let next = 0;
  return known.map((vector) => vector ?? encoded[next++]!);
}

function pathOf(stores: LibraryStores, example: SearchExample): string {
  if (example.kind === 'file') return example.path;
  const path = stores.files.pathOf(example.imageId);
  if (path === null) {
    throw new KindredError('image.missing', `No file of image #${example.imageId} is there any more.`, { ...example });
  }
  return path;
}

function hashOf(stores: LibraryStores, imageId: ImageId): string {
  const image = stores.images.find(imageId);
  if (image === null) {
    const hint = 'The first column of "images DATASET" shows the numbers there are.';
    throw new KindredError('image.missing', `There is no image #${imageId}. ${hint}`, { imageId });
  }
  return image.contentHash;
}

function nothingToSearch({ datasetName, label, encoder }: SearchRequest, passing: number): KindredError {
  const where = datasetName === null ? 'the library' : `"${datasetName}"`;
  const data = { dataset: datasetName, label, passing };
  if (passing === 0) {
    const labelled = label === null ? '' : ` with the label "${label}"`;
    return new KindredError('search.empty', `There is no image${labelled} in ${where}.`, data);
  }
  const todo = encoder.kind === 'run' ? `Encode them with "embed ${encoder.runId}".` : 'Import the folders again.';
  const message = `None of the ${passing} images of ${where} has a vector of this encoder. ${todo}`;
  return new KindredError('search.empty', message, data);
}
