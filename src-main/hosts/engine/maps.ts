/** Maps of datasets: laid out once for an encoder and a set of images, then kept in the library's `maps/`. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KindredError } from '#base/errors.ts';
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
  readonly encoder: EncoderTitle;
}

export class Maps {
  readonly #session: StudioSession;
  /** Jobs at work, by map. */
  readonly #making = new Map<string, string>();

  constructor(session: StudioSession) {
    this.#session = session;
  }

  /** The map of the images that the dataset's current encoder has seen. @throws KindredError `search.empty`. */
  async open(datasetId: DatasetId): Promise<OpenedMap> {
    const chosen = await this.#session.currentEncoder(datasetId);
    const encoder = encoderTitle(chosen);
    const { index } = this.#session;
    const mapId = await index.ask('mapIdOf', keyOf(chosen), datasetId);
    if (mapId !== null && existsSync(this.#file(mapId))) return { mapId, jobId: null, encoder };
    const making = mapId === null ? undefined : this.#making.get(mapId);
    if (making !== undefined) return { mapId: null, jobId: making, encoder };
    const task = mapId === null ? null : await index.ask('mapTask', keyOf(chosen), datasetId);
    if (task === null) {
      throw new KindredError('search.empty', 'There is no image to lay out yet: add folders first.', { datasetId });
    }
    return { mapId: null, jobId: this.#making.get(task.mapId) ?? this.#make(task, datasetId), encoder };
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

  #make({ mapId, imageIds, values, dimensions }: MapTask, datasetId: DatasetId): string {
    const session = this.#session;
    const title = `Laying out the map of ${session.datasetName(datasetId)}`;
    const jobId = session.jobs.start('project', title, async ({ signal, report }) => {
      try {
        report(null, `${imageIds.length.toLocaleString('en')} images`);
        const onProgress = (share: number): void => report(share, `${Math.round(share * 100)}% of the neighbours`);
        const positions = await project(values, dimensions, { seed: SEED, signal, onProgress });
        await this.#write(mapId, await session.index.ask('mapPoints', imageIds, datasetId, positions));
      } finally {
        this.#making.delete(mapId);
        session.changed('encoder');
      }
      return null;
    });
    this.#making.set(mapId, jobId);
    return jobId;
  }

  async #write(mapId: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.#session.wiring.layout.maps, { recursive: true });
    await writeFile(`${this.#file(mapId)}.tmp`, bytes);
    await rename(`${this.#file(mapId)}.tmp`, this.#file(mapId));
  }

  #file(mapId: string): string {
    return join(this.#session.wiring.layout.maps, `${mapId}.bin`);
  }
}
