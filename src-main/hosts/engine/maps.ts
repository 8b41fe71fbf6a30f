/**
 * Maps of datasets: laid out once for an encoder and a set of images, then kept in the library's `maps/`. When images come
 * or go the map stays until somebody asks for a new one.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KindredError, messageOf } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { keyOf } from '#application/search-images.ts';
import type { GroupedBy } from '#database/columns/groups.ts';
import { project } from '#vectors/projection.ts';
import type { MapTask } from './map-plans.ts';
import type { StudioSession } from './studio-session.ts';
import { encoderTitle, type EncoderTitle } from './encoder-title.ts';

/** One map looks like the next: the seed is the same for all. */
const SEED = 7;

export interface OpenedMap {
  readonly mapId: string | null;
  readonly jobId: string | null;
  readonly isNewest: boolean;
  readonly missing: number;
  readonly stopped: string | null;
  readonly encoder: EncoderTitle;
}

/** A map of an encoder and a dataset that is on disk. */
interface KeptMap {
  readonly mapId: string;
  readonly images: number;
}

/** A map that shows less than so much of the images is laid out anew by itself, once they are all there. */
const STALE_SHARE = 0.5;

export class Maps {
  readonly #session: StudioSession;
  /** Jobs at work, by encoder and dataset. */
  readonly #making = new Map<string, string>();
  /** How the last attempt ended that somebody stopped or that failed, by encoder and dataset. */
  readonly #stopped = new Map<string, string>();

  constructor(session: StudioSession) {
    this.#session = session;
  }

  /**
   * The map of the images that the dataset's current encoder has seen.
   *
   * @param isAsked somebody wants it laid out anew.
   * @throws KindredError `search.empty`.
   */
  async open(datasetId: DatasetId, isAsked: boolean): Promise<OpenedMap> {
    const chosen = await this.#session.currentEncoder(datasetId);
    const encoder = encoderTitle(chosen);
    const { index } = this.#session;
    const now = await index.ask('mapIdOf', keyOf(chosen), datasetId);
    if (now === null)
      throw new KindredError('search.empty', 'There is no image to lay out yet: add folders first.', { datasetId });
    if (existsSync(this.#file(now.mapId)))
      return { mapId: now.mapId, jobId: null, isNewest: true, missing: 0, stopped: null, encoder };
    const work = `${keyOf(chosen)} ${datasetId}`;
    const kept = this.#keptOf(work);
    const state = { mapId: kept?.mapId ?? null, isNewest: false, missing: now.images - (kept?.images ?? 0), encoder };
    if (isAsked) this.#stopped.delete(work);
    const isWanted = isAsked || kept === null || (kept.images < STALE_SHARE * now.images && !this.#isGrowing());
    if (isWanted && !this.#making.has(work) && !this.#stopped.has(work)) {
      const task = await index.ask('mapTask', keyOf(chosen), datasetId);
      if (task !== null && !this.#making.has(work)) this.#make(work, task, datasetId);
    }
    return { ...state, jobId: this.#making.get(work) ?? null, stopped: this.#stopped.get(work) ?? null };
  }

  /** Images are coming in or being looked at. */
  #isGrowing(): boolean {
    return this.#session.jobs.list().some(({ kind }) => kind === 'import' || kind === 'embed');
  }

  #keptOf(work: string): KeptMap | null {
    try {
      const kept = JSON.parse(readFileSync(this.#noteOf(work), 'utf8')) as KeptMap;
      return existsSync(this.#file(kept.mapId)) ? kept : null;
    } catch {
      return null;
    }
  }

  /** The bytes of a map; null when there is none. */
  async points(mapId: string): Promise<Uint8Array | null> {
    return existsSync(this.#file(mapId)) ? readFile(this.#file(mapId)) : null;
  }

  /** Names of groups, the most frequent first, and base64 of each point's group; the rest is together in the last. */
  async groups(mapId: string, by: GroupedBy): Promise<{ names: string[]; index: string } | null> {
    const bytes = await this.points(mapId);
    if (bytes === null) return null;
    const { names, hasRest, index } = await this.#session.index.ask('groupsOfPoints', bytes, by);
    const shown = names.map((name) => (name === '' ? (by === 'quality' ? 'nothing odd' : `no ${by}`) : name));
    return { names: hasRest ? [...shown, 'all others'] : shown, index: Buffer.from(index).toString('base64') };
  }

  #make(work: string, { mapId, imageIds, values, dimensions }: MapTask, datasetId: DatasetId): void {
    const session = this.#session;
    const title = `Laying out the map of ${session.datasetName(datasetId)}`;
    const jobId = session.jobs.start('project', title, async ({ signal, report }) => {
      try {
        report(null, `${imageIds.length.toLocaleString('en')} images`);
        const onProgress = (share: number): void => report(share, `${Math.round(share * 100)}% of the neighbours`);
        const positions = await project(values, dimensions, { seed: SEED, signal, onProgress });
        const bytes = await session.index.ask('mapPoints', imageIds, datasetId, positions);
        await this.#write(work, { mapId, images: imageIds.length }, bytes);
      } catch (error) {
        this.#stopped.set(work, signal.aborted ? 'The layout was stopped.' : messageOf(error));
        throw error;
      } finally {
        this.#making.delete(work);
        session.changed('encoder');
      }
      return null;
    });
    this.#making.set(work, jobId);
  }

  /** What it takes the place of goes. */
  async #write(work: string, kept: KeptMap, bytes: Uint8Array): Promise<void> {
    await mkdir(this.#session.wiring.layout.maps, { recursive: true });
    const before = this.#keptOf(work);
    const file = this.#file(kept.mapId);
    await writeFile(`${file}.tmp`, bytes);
    await rename(`${file}.tmp`, file);
    await writeFile(`${this.#noteOf(work)}.tmp`, JSON.stringify(kept));
    await rename(`${this.#noteOf(work)}.tmp`, this.#noteOf(work));
    if (before !== null && before.mapId !== kept.mapId) await rm(this.#file(before.mapId), { force: true });
  }

  /** Which map is the newest of an encoder and a dataset. */
  #noteOf(work: string): string {
    const name = createHash('sha256').update(work).digest('hex').slice(0, 32);
    return join(this.#session.wiring.layout.maps, `${name}.json`);
  }

  #file(mapId: string): string {
    return join(this.#session.wiring.layout.maps, `${mapId}.bin`);
  }
}
