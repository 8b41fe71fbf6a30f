/**
 * Graphs recorded before, a file each, so that a run of a known configuration records nothing.
 *
 * A file appears whole or not at all. One that can't be read (cut short, changed, by another version of Node) is as
 * good as none: the graph is recorded anew and takes its place. That nothing can be written is no error either.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { LoadableGraph } from './loadable-graph.ts';

const DIGEST_BYTES = 32;
const ENDING = '.graph';
/** Half a megabyte to a few each, one a training and one for each size of look; the least recently used go first. */
const KEPT = 40;

export class GraphCache {
  readonly #folder: string;

  /** @param folder absolute; made when something is written. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param key a file name's worth of letters and digits, different for whatever makes a different graph. */
  read(key: string): LoadableGraph | null {
    try {
      const path = this.#path(key);
      const bytes = readFileSync(path);
      const payload = bytes.subarray(DIGEST_BYTES);
      if (!digestOf(payload).equals(bytes.subarray(0, DIGEST_BYTES))) return null;
      const now = new Date();
      utimesSync(path, now, now);
      return deserialize(payload) as LoadableGraph;
    } catch {
      return null;
    }
  }

  write(key: string, { graphDef, entryPoints, summary }: LoadableGraph): void {
    const payload = serialize({ graphDef, entryPoints, summary });
    const temporary = `${this.#path(key)}.${process.pid}.new`;
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(temporary, Buffer.concat([digestOf(payload), payload]));
      renameSync(temporary, this.#path(key));
      this.#forgetOldest();
    } catch {
      rmSync(temporary, { force: true });
    }
  }

  #forgetOldest(): void {
    const files = readdirSync(this.#folder)
      .filter((name) => name.endsWith(ENDING))
      .map((name) => ({ path: join(this.#folder, name), usedMs: statSync(join(this.#folder, name)).mtimeMs }))
      .toSorted((a, b) => b.usedMs - a.usedMs);
    for (const { path } of files.slice(KEPT)) rmSync(path, { force: true });
  }

  #path(key: string): string {
    return join(this.#folder, `${key}${ENDING}`);
  }
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
