/** The ports of embedding, search and judging, met by their adapters. Part of this host's wiring. */
import type { EmbedDatasetPorts } from '#application/embed-dataset.ts';
import type { EmbedPorts } from '#application/embed-images.ts';
import type { EvaluatePorts } from '#application/evaluate-encoder.ts';
import type { SearchIndex } from '#application/ports/search-index.ts';
import type { SearchPorts } from '#application/search-images.ts';
import type { ExactSearch } from '#vectors/exact-search.ts';
import { unseenAdvice } from './search-words.ts';
import type { Wiring } from './wiring.ts';

/** For a search in this process; the library is only read. */
export async function searchPorts(wiring: Wiring): Promise<SearchPorts> {
  const { LibrarySearch } = await import('#hosts/judging/library-search.ts');
  const { UnitVectorStore } = await import('#vectors/unit-vectors.ts');
  const vectors = new UnitVectorStore(wiring.layout.vectors);
  return searchPortsWith(wiring, new LibrarySearch(await wiring.libraryIndex(), vectors), unseenAdvice);
}

/** For a search over an index that lives elsewhere. */
export async function searchPortsWith(
  wiring: Wiring,
  index: SearchIndex,
  advice: SearchPorts['unseenAdvice'],
): Promise<SearchPorts> {
  const { createQueryEncoder } = await import('#hosts/judging/query-encoder.ts');
  const queryEncoder = createQueryEncoder({
    decoder: () => wiring.decoder(),
    runHost: () => wiring.runHost(),
    embedder: () => embedderOf(wiring),
    cacheIn: (folder) => wiring.pixelCacheIn(folder),
  });
  return { stores: await wiring.readLibrary(), index, queryEncoder, unseenAdvice: advice };
}

/** For embedding; the library must be held already. */
export async function embedPorts(wiring: Wiring): Promise<EmbedDatasetPorts> {
  return {
    stores: await wiring.readLibrary(),
    runHost: await wiring.runHost(),
    cache: await wiring.pixelCacheIn(wiring.layout.pixels),
    embedder: await embedderOf(wiring),
    vectors: await wiring.vectors(),
  };
}

/** For judging; the library must be held already. */
export async function evaluatePorts(wiring: Wiring): Promise<EvaluatePorts> {
  const { fitProbeInThread } = await import('#hosts/judging/probe-thread.ts');
  const { systemClock } = await import('#base/clock.ts');
  return {
    ...(await embedPorts(wiring)),
    stores: await wiring.readLibrary(),
    search: await exactSearch(wiring),
    fitProbe: fitProbeInThread,
    clock: systemClock,
  };
}

async function exactSearch(wiring: Wiring): Promise<ExactSearch> {
  const { ExactSearch } = await import('#vectors/exact-search.ts');
  const search = new ExactSearch();
  wiring.onClose(() => search.close());
  return search;
}

async function embedderOf({ layout }: Wiring): Promise<EmbedPorts['embedder']> {
  const { computeEmbedder } = await import('#hosts/compute/client.ts');
  return computeEmbedder(layout.runs);
}
