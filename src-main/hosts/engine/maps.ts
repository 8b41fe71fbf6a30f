/**
 * Maps of datasets: laid out once for an encoder and a set of images, then kept in the library's `maps/`.
 *
 * A file holds a little-endian uint32 count, then count × uint32 file ids, then count × 2 float32 positions.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { takeRows } from '#base/vector-table.ts';
import { keyOf } from '#application/search-images.ts';
import { project } from '#vectors/projection.ts';
import type { StudioSession } from './studio-session.ts';
import { encoderTitle, type EncoderTitle } from './encoder-title.ts';

/** One map looks like the next: the seed is the same for all. */
const SEED = 7;
const MOST_GROUPS = 255;

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
    const { stores } = this.#session;
    const chosen = await this.#session.currentEncoder(datasetId);
    const encoder = encoderTitle(chosen);
    const stored = (await this.#session.wiring.vectors()).read(keyOf(chosen));
    const hashes = [...new Set(stores.files.images(datasetId).map(({ contentHash }) => contentHash))]
      .filter((hash) => stored?.rowOf.has(hash))
      .toSorted();
    if (stored === null || hashes.length === 0) {
      throw new KindredError('search.empty', 'There is no image to lay out yet: add folders first.', { datasetId });
    }
    const mapId = mapIdOf(encoder.key, datasetId, hashes);
    if (existsSync(this.#file(mapId))) return { mapId, jobId: null, encoder };
    const rows = hashes.map((hash) => stored.rowOf.get(hash)!);
    const table = takeRows(stored.vectors, rows);
    const jobId = this.#making.get(mapId) ?? this.#make(mapId, datasetId, hashes, table.values, table.dimensions);
    return { mapId: null, jobId, encoder };
  }

  /** The bytes of a map; null when there is none. */
  async points(mapId: string): Promise<Uint8Array | null> {
    return existsSync(this.#file(mapId)) ? readFile(this.#file(mapId)) : null;
  }

  /** Names of groups, the most frequent first, and base64 of each point's group; the rest is together in the last. */
  async groups(mapId: string, by: 'label' | 'split' | 'tag'): Promise<{ names: string[]; index: string } | null> {
    const bytes = await this.points(mapId);
    if (bytes === null) return null;
    const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const ids = new Uint32Array(Uint8Array.from(bytes.subarray(4, 4 + 4 * count)).buffer);
    const values = await this.#session.reader.ask('groupsOf', [...ids], by);
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    const ordered = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
    const names = ordered.slice(0, ordered.length > MOST_GROUPS ? MOST_GROUPS - 1 : MOST_GROUPS);
    const place = new Map(names.map((name, i) => [name, i]));
    const index = Uint8Array.from(values, (value) => place.get(value) ?? names.length);
    const shown = names.map((name) => (name === '' ? `no ${by}` : name));
    const rest = names.length < ordered.length ? ['all others'] : [];
    return { names: [...shown, ...rest], index: Buffer.from(index).toString('base64') };
  }

  #make(
    mapId: string,
    datasetId: DatasetId,
    hashes: readonly string[],
    vectors: Float32Array,
    dimension: number,
  ): string {
    const session = this.#session;
    const title = `Laying out the map of ${session.datasetName(datasetId)}`;
    const jobId = session.jobs.start('project', title, async ({ signal, report }) => {
      try {
        report(null, `${hashes.length.toLocaleString('en')} images`);
        const onProgress = (share: number): void => report(share, `${Math.round(share * 100)}% of the neighbours`);
        const positions = await project(vectors, dimension, { seed: SEED, signal, onProgress });
        const cells = await session.reader.ask('cellsOfImages', hashes, datasetId);
        this.#write(mapId, hashes, positions, (hash) => cells.get(hash)?.id ?? null);
      } finally {
        this.#making.delete(mapId);
        session.changed('encoder');
      }
      return null;
    });
    this.#making.set(mapId, jobId);
    return jobId;
  }

  #write(
    mapId: string,
    hashes: readonly string[],
    positions: Float32Array,
    fileOf: (hash: string) => number | null,
  ): void {
    const kept = hashes.flatMap((hash, i) => {
      const id = fileOf(hash);
      return id === null ? [] : [{ id, x: positions[2 * i]!, y: positions[2 * i + 1]! }];
    });
    const bytes = Buffer.alloc(4 + 12 * kept.length);
    bytes.writeUInt32LE(kept.length, 0);
    kept.forEach(({ id, x, y }, i) => {
      bytes.writeUInt32LE(id, 4 + 4 * i);
      bytes.writeFloatLE(x, 4 + 4 * kept.length + 8 * i);
      bytes.writeFloatLE(y, 8 + 4 * kept.length + 8 * i);
    });
    mkdirSync(this.#session.wiring.layout.maps, { recursive: true });
    writeFileSync(`${this.#file(mapId)}.tmp`, bytes);
    renameSync(`${this.#file(mapId)}.tmp`, this.#file(mapId));
  }

  #file(mapId: string): string {
    return join(this.#session.wiring.layout.maps, `${mapId}.bin`);
  }
}

function mapIdOf(encoderKey: string, datasetId: DatasetId, hashes: readonly string[]): string {
  const digest = createHash('sha256').update(`${encoderKey}\n${datasetId}\n`);
  for (const hash of hashes) digest.update(hash);
  return digest.digest('hex').slice(0, 32);
}
