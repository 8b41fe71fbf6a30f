/**
 * The points of a map as the engine keeps them. Over GET `/pictures/maps/<mapId>`: a little-endian uint32 count, then
 * count × (uint32 file id), count × 2 float32 positions. Groups come as JSON from `/pictures/maps/<mapId>/groups?by=…`:
 * `{ names, index: base64 of one byte a point }`, at most 255 groups, the rest together in the last.
 */
import type { PointCloud } from '../charts/point-cloud.ts';
import { mapClusters } from '../charts/map-clusters.ts';
import { groupColour } from '../charts/palette.ts';
import { address } from './address.svelte.ts';
import type { AnsweringEncoder, EncoderChoice } from './similar-images.svelte.ts';
import type { Studio } from './studio.svelte.ts';
import { theme } from './theme.svelte.ts';
import { count, counted } from './wording.ts';

/** What points may be coloured by. */
const COLOURS = ['label', 'tag', 'cluster', 'split', 'quality', 'none'] as const;
type Colour = (typeof COLOURS)[number];

interface OpenedMap {
  readonly mapId: string | null;
  readonly isWaiting: boolean;
  readonly isBehind: boolean;
  readonly isNewest: boolean;
  readonly missing: number;
  readonly stopped: string | null;
}

function noteOf({ mapId, isWaiting, isNewest, missing, stopped }: OpenedMap): string | null {
  if (stopped !== null) return stopped;
  if (mapId === null || isNewest) return null;
  if (isWaiting) return 'It is laid out again when all images are there.';
  return missing > 0 ? `${counted(missing, 'image is', 'images are')} not on it yet.` : 'Images have changed since.';
}

/** In place of a map that is not there. */
function messageOf({ isWaiting, isBehind, stopped }: OpenedMap): string {
  if (isBehind && isWaiting) return 'The map of another encoder is being laid out; this one comes after it …';
  if (isWaiting) return 'Images are coming in; the map is laid out when all are there …';
  return stopped === null ? 'Laying out the map; its progress stands at the lower edge …' : '';
}

export class MapData {
  readonly #studio: Studio;
  #mapId: string | null = null;
  #cloud = $state.raw<PointCloud | null>(null);
  #fileIds = $state.raw<Uint32Array>(new Uint32Array(0));
  #groups = $state.raw<readonly string[]>([]);
  #encoder = $state.raw<AnsweringEncoder | null>(null);
  #choices = $state.raw<readonly EncoderChoice[]>([]);
  #message = $state('Looking for the map …');
  #note = $state<string | null>(null);
  #isResting = $state(true);
  #datasetId: number | null = null;
  /** Asked and answered so far: of two answers the one to the later question counts. */
  #asked = 0;
  #answered = 0;
  #wantedId: string | null = null;
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
  get encoder(): AnsweringEncoder | null {
    return this.#encoder;
  }
  /** All that can lay out a map. */
  get choices(): readonly EncoderChoice[] {
    return this.#choices;
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
  /** No newer map is being made or waits to be. */
  get isResting(): boolean {
    return this.#isResting;
  }

  cssColour(group: number): string {
    return groupColour(group, theme.isDark);
  }

  /**
   * Shows the dataset's map; while it is being made, says so (its job tells when it is done).
   *
   * @param how `again`: lay it out anew; `isFollowing`: nobody asked, something has changed.
   */
  async open(
    datasetId: number | null,
    encoderKey: string | null,
    how: { readonly again?: boolean; readonly isFollowing?: boolean } = {},
  ): Promise<void> {
    if (datasetId === null) return;
    this.#datasetId = datasetId;
    const turn = ++this.#asked;
    const answer = await this.#studio.ask((engine) => engine.map.open({ datasetId, encoderKey, ...how }));
    if (datasetId !== this.#datasetId || turn < this.#answered) return;
    this.#answered = turn;
    if (!answer) {
      if (this.#cloud === null) this.#message = 'There is no map to show.';
      return;
    }
    this.#encoder = answer.encoder;
    void this.#findChoices(datasetId);
    this.#isResting = answer.jobId === null && !answer.isWaiting;
    this.#note = noteOf(answer);
    this.#wantedId = answer.mapId;
    if (answer.mapId === null) {
      this.#mapId = null;
      this.#cloud = null;
      this.#message = messageOf(answer);
    } else if (answer.mapId !== this.#mapId || this.#cloud === null) await this.#load(answer.mapId);
    else await this.#colour(answer.mapId, this.#cloud.positions); // Labels and tags may have changed.
  }

  async #findChoices(datasetId: number): Promise<void> {
    const choices = await this.#studio.ask((engine) => engine.search.encoders({ datasetId }));
    if (choices && datasetId === this.#datasetId) this.#choices = choices;
  }

  colour(by: string): void {
    address.go({ colour: by === 'label' ? null : by }, true);
  }

  /** The address names another colour. */
  recolour(): void {
    if (this.#mapId !== null && this.#cloud) void this.#colour(this.#mapId, this.#cloud.positions);
  }

  async #load(mapId: string): Promise<void> {
    const response = await fetch(`/pictures/maps/${mapId}`);
    if (!response.ok) return; // A newer one has taken its place, which is told.
    const bytes = await response.arrayBuffer();
    const points = new DataView(bytes).getUint32(0, true);
    const fileIds = new Uint32Array(bytes, 4, points);
    await this.#colour(mapId, new Float32Array(bytes, 4 + 4 * points, 2 * points), fileIds);
  }

  /** Shows points by what they are coloured by now. @param fileIds of another map than the one shown. */
  async #colour(mapId: string, positions: Float32Array, fileIds = this.#fileIds): Promise<void> {
    const turn = ++this.#colouring;
    const coloured = await coloursOf(mapId, positions, this.colourBy);
    if (coloured === null || turn !== this.#colouring || mapId !== this.#wantedId) return;
    this.#mapId = mapId;
    this.#fileIds = fileIds;
    this.#groups = coloured.names;
    this.#cloud = { positions, groups: coloured.groups };
  }
}

interface Colours {
  readonly names: readonly string[];
  /** Of each point. */
  readonly groups: Uint8Array;
}

/** null: the map is not there any more. */
async function coloursOf(mapId: string, positions: Float32Array, by: Colour): Promise<Colours | null> {
  if (by === 'none') return { names: [''], groups: new Uint8Array(positions.length / 2) };
  if (by === 'cluster') {
    const { clusterOf, sizes } = mapClusters(positions);
    const named = sizes.map((size, i) => (i === 0 ? `between, ${count(size)}` : `${i}: ${counted(size, 'image')}`));
    const first = sizes[0] === 0 ? 1 : 0;
    return { names: named.slice(first), groups: clusterOf.map((cluster) => cluster - first) };
  }
  const response = await fetch(`/pictures/maps/${mapId}/groups?by=${encodeURIComponent(by)}`);
  if (!response.ok) return null;
  const { names, index } = (await response.json()) as { names: string[]; index: string };
  const text = atob(index);
  const groups = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) groups[i] = text.charCodeAt(i);
  return { names, groups };
}
