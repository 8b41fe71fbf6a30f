/** Similarity search: examples, counter-examples and filters in; images, scores and who answered out. */
import { KindredError } from '#base/errors.ts';
import type { DatasetId, ImageId } from '#base/ids.ts';
import type { SearchSummary } from '#contract/search-events.ts';
import { encoderKey } from './encoder-key.ts';
import type { Region } from './ports/images.ts';
import type { LibraryStores } from './ports/library.ts';
import type { ListingFilter } from './ports/listings.ts';
import type { ChosenEncoder, QueryEncoder, QueryPicture } from './ports/query-encoder.ts';
import type { RankedImage, SearchIndex } from './ports/search-index.ts';
import { BASELINE_ENCODER_KEY } from './ports/vectors.ts';
import { queryDirection } from './query-direction.ts';

export interface SearchPorts {
  readonly stores: {
    readonly datasets: Pick<LibraryStores['datasets'], 'find'>;
    readonly files: Pick<LibraryStores['files'], 'pathOf'>;
    readonly images: Pick<LibraryStores['images'], 'find'>;
  };
  readonly index: SearchIndex;
  readonly queryEncoder: QueryEncoder;
  /** What becomes of images that an encoder has not seen, or what to do, in a sentence that is true at this face. */
  readonly unseenAdvice: (encoder: ChosenEncoder) => string;
}

/** An image of the library by its number, or any file. */
export type SearchExample =
  | { readonly kind: 'image'; readonly imageId: ImageId; readonly region: Region | null }
  | { readonly kind: 'file'; readonly path: string; readonly region: Region | null };

export interface SearchRequest {
  /** At least one. */
  readonly examples: readonly SearchExample[];
  readonly counterExamples: readonly SearchExample[];
  /** Among the images of which files to search; only present ones are looked at. */
  readonly filter: ListingFilter;
  /** Matches wanted, ≥ 1. */
  readonly top: number;
  readonly encoder: ChosenEncoder;
}

export interface SearchResult {
  /** Best first. */
  readonly matches: readonly RankedImage[];
  readonly summary: SearchSummary;
}

/** The key under which a chosen encoder's vectors of whole images lie. */
export function keyOf(encoder: ChosenEncoder): string {
  return encoder.kind === 'baseline' ? BASELINE_ENCODER_KEY : encoderKey(encoder.runId, encoder.checkpointStep, 'h');
}

/**
 * Exact search; examples from the library are not among their own matches.
 *
 * @throws KindredError `image.missing`, `search.empty` when no image passes the filter or none of them has a vector,
 * `search.noDirection`, `image.…` for an example that can't be decoded.
 */
export async function searchImages(
  ports: SearchPorts,
  request: SearchRequest,
  signal: AbortSignal,
): Promise<SearchResult> {
  const { stores, index, queryEncoder } = ports;
  const { encoder, filter, top } = request;
  const key = keyOf(encoder);
  const all = [...request.examples, ...request.counterExamples];
  const without = all.flatMap((example) => (example.kind === 'image' ? [example.imageId] : []));
  for (const id of without) requireImage(stores, id);
  const known = await storedVectors(index, key, all);
  if (known.includes(null)) {
    // Before something is encoded, which takes a while.
    const { passing, searched } = await index.count(key, filter);
    if (searched === 0) throw nothingToSearch(ports, request, passing);
  }
  const vectors = await withEncoded({ stores, queryEncoder }, encoder, all, known, signal);
  const positives = vectors.slice(0, request.examples.length);
  const direction = queryDirection(positives, vectors.slice(request.examples.length));
  const { matches, passing, searched } = await index.rank({ encoderKey: key, direction, filter, without, top });
  if (searched === 0) throw nothingToSearch(ports, request, passing);
  const run = encoder.kind === 'run' ? encoder : null;
  return {
    matches,
    summary: {
      encoder: encoder.kind,
      runId: run?.runId ?? null,
      runName: run?.runName ?? null,
      checkpointStep: run?.checkpointStep ?? null,
      matches: matches.length,
      searched,
      unseen: passing - searched,
    },
  };
}

/** Stored vectors of whole images of the library; null for every other example, and where there is none. */
async function storedVectors(
  index: SearchIndex,
  key: string,
  examples: readonly SearchExample[],
): Promise<(Float32Array | null)[]> {
  const whole = examples.map((example) =>
    example.kind === 'image' && example.region === null ? example.imageId : null,
  );
  const asked = whole.filter((id) => id !== null);
  const vectors = asked.length === 0 ? [] : await index.vectorsOf(key, asked);
  let next = 0;
  return whole.map((id) => (id === null ? null : vectors[next++]!));
}

/** The vectors that are known; the rest is encoded now. */
async function withEncoded(
  { stores, queryEncoder }: Pick<SearchPorts, 'stores' | 'queryEncoder'>,
  encoder: ChosenEncoder,
  examples: readonly SearchExample[],
  known: readonly (Float32Array | null)[],
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const pictures: QueryPicture[] = examples
    .filter((_, i) => known[i] === null)
    .map((example) => ({ path: pathOf(stores, example), region: example.region }));
  const encoded = pictures.length === 0 ? [] : await queryEncoder.encode(encoder, pictures, signal);
  let next = 0;
  return known.map((vector) => vector ?? encoded[next++]!);
}

function pathOf(stores: SearchPorts['stores'], example: SearchExample): string {
  if (example.kind === 'file') return example.path;
  const path = stores.files.pathOf(example.imageId);
  if (path === null) {
    throw new KindredError('image.missing', `No file of image #${example.imageId} is there any more.`, { ...example });
  }
  return path;
}

function requireImage(stores: SearchPorts['stores'], imageId: ImageId): void {
  if (stores.images.find(imageId) !== null) return;
  const hint = 'The first column of "images DATASET" shows the numbers there are.';
  throw new KindredError('image.missing', `There is no image #${imageId}. ${hint}`, { imageId });
}

function nothingToSearch(
  { stores: { datasets }, unseenAdvice }: Pick<SearchPorts, 'stores' | 'unseenAdvice'>,
  { filter, encoder }: SearchRequest,
  passing: number,
): KindredError {
  const dataset = filter.datasetId === null ? null : (datasets.find(filter.datasetId as DatasetId)?.name ?? null);
  const where = dataset === null ? 'the library' : `"${dataset}"`;
  const label = filter.labels.length === 1 ? filter.labels[0]! : null;
  const data = { dataset, label, passing };
  if (passing === 0) {
    const labelled = label === null ? '' : ` with the label "${label}"`;
    return new KindredError('search.empty', `There is no image${labelled} in ${where}.`, data);
  }
  const message = `None of the ${passing} images of ${where} has a vector of this encoder. ${unseenAdvice(encoder)}`;
  return new KindredError('search.empty', message, data);
}
