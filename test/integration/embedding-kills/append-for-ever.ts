/** Appends rows to the store in argv[2] until it is killed: image i has the vector (i, i, …), 37 images at a time; every other time in turns. */
import { EmbeddingStore } from '#vectors/embedding-store.ts';

const KEY = 'killed-1';
const BATCH = 37;
const folder = process.argv[2];
if (folder === undefined) throw new Error('Name a folder.');
const store = new EmbeddingStore(folder);
for (let first = store.read(KEY)?.hashes.length ?? 0; ; first += BATCH) {
  const vectors = Array.from({ length: BATCH }, (_, i) => ({
    contentHash: (first + i).toString(16).padStart(64, '0'),
    vector: new Float32Array(300).fill(first + i),
  }));
  await (first % 2 === 0 ? store.append(KEY, vectors) : store.appendInTurns(KEY, vectors));
  process.stdout.write(`${first + BATCH}\n`);
}
