/**
 * The points of a map as the engine keeps them. Over GET `/pictures/maps/<mapId>`: a little-endian uint32 count, then
 * count × (uint32 file id), count × 2 float32 positions. Groups come as JSON from `/pictures/maps/<mapId>/groups?by=…`:
 * `{ names, index: base64 of one byte a point }`, at most 255 groups, the rest together in the last.
 */
import type { PointCloud } from '../charts/point-cloud.ts';
import { mapClusters } from '../charts/map-clusters.ts';
import { groupColour } from '../charts/palette.ts';
import { address } from './address.svelte.ts';
import type { Studio } from './studio.svelte.ts';
import { theme } from './theme.svelte.ts';
import { count, counted } from './wording.ts';

/** What points may be coloured by. */
const COLOURS = ['label', 'tag', 'cluster', 'split', 'quality', 'none'] as const;
type Colour = (typeof COLOURS)[number];

interface Encoder {
  readonly key: string;
  readonly title: string;
  readonly isBaseline: boolean;
}

interface OpenedMap {
  readonly mapId: string | null;
  readonly isNewest: boolean;
  readonly missing: number;
  readonly stopped: string | null;
}

function noteOf({ mapId, isNewest, missing, stopped }: OpenedMap): string | null {
  if (stopped !== null) return stopped;
  if (mapId === null || isNewest) return null;
  return missing > 0 ? `${counted(missing, 'image is', 'images are')} not on it yet.` : 'Images have changed since.';
}

export class MapData {
  readonly #studio: Studio;
  #mapId: string | null = null;
  #cloud = $state.raw<PointCloud | null>(null);
  #fileIds = $state.raw<Uint32Array>(new Uint32Array(0));
  #groups = $state.raw<readonly string[]>([]);
  #encoder = $state.raw<Encoder | null>(null);
  #message = $state('Looking for the map …');
  #note = $state<string | null>(null);
  #isMaking = $state(false);
  #colouring = 0;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get cloud(): PointCloud | null {
    return this.#cloud;
  }
  get fileIds(): Uint32Array {
    return this.#fileIds;
  }
  get groups(): readonly string[] {
    return this.#groups;
  }
  get encoder(): Encoder | null {
    return this.#encoder;
  }
  /** Kept in the address. */
  get colourBy(): Colour {
    const wanted = address.get('colour');
    return COLOURS.find((by) => by === wanted) ?? 'label';
  }
  get message(): string {
    return this.#message;
  }
  /** What the map does not show, or why there is none. */
  get note(): string | null {
    return this.#note;
  }
  get isMaking(): boolean {
    return this.#isMaking;
  }

  cssColour(group: number): string {
    return groupColour(group, theme.isDark);
  }

  /**
   * Shows the dataset's map; while it is being made, says so (its job tells when it is done).
   *
   * @param again lay it out anew.
   */
  async open(datasetId: number | null, again = false): Promise<void> {
    if (datasetId === null) return;
    const answer = await this.#studio.ask((engine) => engine.map.open({ datasetId, again }));
    if (!answer) {
      if (this.#cloud === null) this.#message = 'There is no map to show.';
      return;
    }
    this.#encoder = answer.encoder;
    this.#isMaking = answer.jobId !== null;
    this.#note = noteOf(answer);
    if (answer.mapId === null) {
      this.#cloud = null;
      this.#message = this.#isMaking ? 'Laying out the map; its progress stands at the lower edge …' : '';
    } else if (answer.mapId !== this.#mapId || this.#cloud === null) {
      this.#mapId = answer.mapId;
      await this.#load(answer.mapId);
    } else await this.#loadGroups(answer.mapId, this.#cloud.positions); // Labels and tags may have changed.
  }

  colour(by: string): void {
    address.go({ colour: by === 'label' ? null : by }, true);
    if (this.#mapId !== null && this.#cloud) void this.#loadGroups(this.#mapId, this.#cloud.positions);
  }

  async #load(mapId: string): Promise<void> {
    const bytes = await (await fetch(`/pictures/maps/${mapId}`)).arrayBuffer();
    const points = new DataView(bytes).getUint32(0, true);
    this.#fileIds = new Uint32Array(bytes, 4, points);
    await this.#loadGroups(mapId, new Float32Array(bytes, 4 + 4 * points, 2 * points));
  }

  async #loadGroups(mapId: string, positions: Float32Array): Promise<void> {
    const by = this.colourBy;
    const turn = ++this.#colouring;
    if (by === 'cluster') {
      const { clusterOf, sizes } = mapClusters(positions);
      const named = sizes.map((size, i) => (i === 0 ? `between, ${count(size)}` : `${i}: ${counted(size, 'image')}`));
      const first = sizes[0] === 0 ? 1 : 0;
      this.#groups = named.slice(first);
      this.#cloud = { positions, groups: clusterOf.map((cluster) => cluster - first) };
      return;
    }
    if (by === 'none') {
      this.#groups = [''];
      this.#cloud = { positions, groups: new Uint8Array(positions.length / 2) };
      return;
    }
    const response = await fetch(`/pictures/maps/${mapId}/groups?by=${encodeURIComponent(by)}`);
    const { names, index } = (await response.json()) as { names: string[]; index: string };
    if (turn !== this.#colouring) return;
    const text = atob(index);
    const groups = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) groups[i] = text.charCodeAt(i);
    this.#groups = names;
    this.#cloud = { positions, groups };
  }
}
