/** Maps on disk: of each encoder and dataset the newest, as points in `<mapId>.bin` and a note that names it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const noteSchema = z.object({
  mapId: z.string(),
  images: z.number(),
  /** null in notes that were written before it was kept. */
  datasetId: z.number().nullable().default(null),
  /** Of the encoder; null: colour and shape, or not kept. */
  runId: z.string().nullable().default(null),
});

export type KeptMap = Readonly<z.infer<typeof noteSchema>>;

export class KeptMaps {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  has(mapId: string): boolean {
    return existsSync(this.#file(mapId));
  }

  /** @param work names the encoder and the dataset, as in all that follow. */
  find(work: string): KeptMap | null {
    const kept = this.#read(this.#noteOf(work));
    return kept !== null && this.has(kept.mapId) ? kept : null;
  }

  /** The bytes of a map; null when there is none. */
  async points(mapId: string): Promise<Uint8Array | null> {
    return this.has(mapId) ? readFile(this.#file(mapId)) : null;
  }

  /** What it takes the place of goes. */
  async keep(work: string, kept: KeptMap, bytes: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const before = this.find(work);
    const [file, note] = [this.#file(kept.mapId), this.#noteOf(work)];
    await writeFile(`${file}.tmp`, bytes);
    await rename(`${file}.tmp`, file);
    await writeFile(`${note}.tmp`, JSON.stringify(kept));
    await rename(`${note}.tmp`, note);
    if (before !== null && before.mapId !== kept.mapId) await rm(this.#file(before.mapId), { force: true });
  }

  /** Deletes the maps that nobody can look at any more. */
  async forget(isGone: (kept: KeptMap) => boolean): Promise<void> {
    if (!existsSync(this.#folder)) return;
    for (const name of (await readdir(this.#folder)).filter((one) => one.endsWith('.json'))) {
      const note = join(this.#folder, name);
      const kept = this.#read(note);
      if (kept === null || !isGone(kept)) continue;
      await rm(this.#file(kept.mapId), { force: true });
      await rm(note, { force: true });
    }
  }

  #read(note: string): KeptMap | null {
    try {
      return noteSchema.parse(JSON.parse(readFileSync(note, 'utf8')));
    } catch {
      return null;
    }
  }

  #noteOf(work: string): string {
    return join(this.#folder, `${createHash('sha256').update(work).digest('hex').slice(0, 32)}.json`);
  }

  #file(mapId: string): string {
    return join(this.#folder, `${mapId}.bin`);
  }
}
