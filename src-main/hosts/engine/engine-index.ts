/** What the engine asks over all files, vectors or points of maps; lives in the thread of index-thread.ts. */
import type { LibraryLayout } from '#application/library-layout.ts';
import type { DatasetSummary, Facets, ListingFilter, ListingSort } from '#application/ports/listings.ts';
import type { RemovalCounts } from '#application/ports/library.ts';
import type { Ranking, RankQuestion } from '#application/ports/search-index.ts';
import type { DatasetId, ImageId } from '#base/ids.ts';
import type { FileGroups, GroupedBy } from '#database/columns/groups.ts';
import { LibraryIndex } from '#database/library-index.ts';
import { openToRead } from '#database/open-to-read.ts';
import { UnitVectorStore } from '#vectors/unit-vectors.ts';
import { LibrarySearch } from '../judging/library-search.ts';
import { MapPlans, type MapTask } from './map-plans.ts';
import { fileIdsOf } from './map-points.ts';
import { type PlannedCounts, PlannedImages } from './planned-images.ts';

export class EngineIndex {
  readonly #index: LibraryIndex;
  readonly #search: LibrarySearch;
  readonly #maps: MapPlans;
  readonly #planned: PlannedImages;

  constructor(layout: LibraryLayout) {
    this.#index = new LibraryIndex(openToRead(layout.folder), layout.columns);
    const vectors = new UnitVectorStore(layout.vectors);
    this.#search = new LibrarySearch(this.#index, vectors);
    this.#maps = new MapPlans(this.#index, vectors);
    this.#planned = new PlannedImages(this.#index);
  }

  warmUp(): void {
    this.#index.warmUp();
  }

  /** See `LibraryColumns.keep`. */
  keepColumns(): string | null {
    return this.#index.keep();
  }

  readAnew(): void {
    this.#index.columns.readAnew();
  }

  list(filter: ListingFilter, sort: ListingSort): Int32Array {
    return this.#index.list(filter, sort);
  }

  facets(filter: ListingFilter, more: boolean): Facets {
    return this.#index.facets(filter, more);
  }

  datasets(): DatasetSummary[] {
    return this.#index.datasets();
  }

  removalCounts(datasetId: number): RemovalCounts {
    return this.#index.removalCounts(datasetId);
  }

  plannedImages(datasetId: DatasetId, cacheSide: number): PlannedCounts {
    return this.#planned.of(datasetId, cacheSide);
  }

  vectorsOf(encoderKey: string, imageIds: readonly ImageId[]): (Float32Array | null)[] {
    return this.#search.vectorsOf(encoderKey, imageIds);
  }

  count(encoderKey: string, filter: ListingFilter): { passing: number; searched: number } {
    return this.#search.count(encoderKey, filter);
  }

  rank(question: RankQuestion): Ranking {
    return this.#search.rank(question);
  }

  mapIdOf(encoderKey: string, datasetId: number): { mapId: string; images: number } | null {
    return this.#maps.idOf(encoderKey, datasetId);
  }

  mapTask(encoderKey: string, datasetId: number): MapTask | null {
    return this.#maps.task(encoderKey, datasetId);
  }

  mapPoints(imageIds: Int32Array, datasetId: number, positions: Float32Array): Uint8Array {
    return this.#maps.points(imageIds, datasetId, positions);
  }

  groupsOfPoints(points: Uint8Array, by: GroupedBy): FileGroups {
    return this.#index.groups(fileIdsOf(points), by);
  }
}
