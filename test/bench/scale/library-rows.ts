/** The rows of a large library, drawn from a seed: a photographer's archive of labelled folders, tags and years. */
import type { Database } from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { RandomStream } from '#base/random.ts';
import { DATASET_ID, isEmbedded, LABELS, ROOT, type LibrarySize } from './library-size.ts';

const TAGS = 60;
const SPLITS = ['train', 'train', 'train', 'train', 'train', 'train', 'train', 'train', 'val', 'test'] as const;
/** Shares of files and images. */
const MISSING = 0.004;
const PROBLEMS = 0.001;
const TAGGED = 0.12;
const USER_TAGGED = 0.02;
const USER_LABELLED = 0.01;

/** The content hash of image `i`, 1 … images. */
export function hashOf(i: number): Buffer {
  return createHash('sha256').update(`image ${i}`).digest();
}

/** The label that an image's folder gives it, by its number: what its embedding is near. */
export function labelOf(i: number): number {
  return (Math.imul(i, 2_654_435_761) >>> 8) % LABELS;
}

/** Writes all rows in one transaction; the schema is there, the tables are empty. */
export function writeRows(database: Database, size: LibrarySize): void {
  database.transaction(() => {
    database
      .prepare(`INSERT INTO datasets (id, name, created_ms, imported_ms, label_reason) VALUES (?, 'archive', 0, 1, ?)`)
      .run(DATASET_ID, 'Sub-folders are labels: 120 names.');
    database.prepare('INSERT INTO dataset_roots (id, dataset_id, path) VALUES (1, ?, ?)').run(DATASET_ID, ROOT);
    const tag = database.prepare('INSERT INTO tags (id, name) VALUES (?, ?)');
    for (let t = 1; t <= TAGS; t++) tag.run(t, `tag ${String(t).padStart(2, '0')}`);
    writeImages(database, size);
    writeFiles(database, size);
  })();
}

function writeImages(database: Database, { images }: LibrarySize): void {
  const random = new RandomStream(1, 'images');
  const insert = database.prepare('INSERT INTO images VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)');
  const userTag = database.prepare('INSERT INTO image_tags VALUES (?, ?)');
  const userLabel = database.prepare('INSERT INTO image_labels VALUES (?, ?)');
  for (let i = 1; i <= images; i++) {
    const hash = hashOf(i);
    const width = 48 + random.below(4000);
    const height = Math.round(width * (0.6 + 0.8 * random.uniform()));
    insert.run(
      i,
      hash,
      hash,
      hash.subarray(0, 8),
      random.below(10) === 0 ? 'png' : 'jpeg',
      width,
      height,
      random.below(5) === 0 ? null : dateOf(random),
      Math.min(1, Math.max(0, 0.5 + 0.2 * random.normal())),
      0.2 * random.uniform(),
      20 + 2000 * random.uniform() ** 3,
      8 * random.uniform() ** 0.3,
    );
    if (random.uniform() < USER_TAGGED) userTag.run(i, 1 + random.below(TAGS));
    if (random.uniform() < USER_LABELLED) userLabel.run(i, `class ${String(random.below(LABELS)).padStart(3, '0')}`);
  }
}

function dateOf(random: RandomStream): string {
  const [year, month, day] = [2004 + random.below(22), 1 + random.below(12), 1 + random.below(28)];
  return new Date(Date.UTC(year, month - 1, day, random.below(24), random.below(60))).toISOString().slice(0, 19);
}

/** File i holds image 1 + (i − 1) mod images; what it embeds of those, the first ones, are present. */
function writeFiles(database: Database, { files, images, embeddings }: LibrarySize): void {
  const random = new RandomStream(2, 'files');
  const userLabels = new Map(
    database.prepare('SELECT image_id, label FROM image_labels').raw().all() as [number, string][],
  );
  const insert = database.prepare('INSERT INTO files VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const fileTag = database.prepare('INSERT OR IGNORE INTO file_tags VALUES (?, ?)');
  for (let i = 1; i <= files; i++) {
    const image = 1 + ((i - 1) % images);
    const split = SPLITS[random.below(SPLITS.length)]!;
    const label = `class ${String(labelOf(image)).padStart(3, '0')}`;
    const path = `${split}/${label}/IMG_${String(i).padStart(8, '0')}.jpg`;
    const chance = isEmbedded(image, embeddings) ? 1 : random.uniform();
    const state = chance < PROBLEMS ? 'problem' : chance < PROBLEMS + MISSING ? 'missing' : 'present';
    const problem = state === 'problem' ? ['image.unreadable', 'The file ends too early.'] : [null, null];
    const shown = state === 'problem' ? label : (userLabels.get(image) ?? label);
    const modifiedMs = 1.1e12 + Math.floor(random.uniform() * 6e11);
    const row = [`${ROOT}/${path}`, path, 1000 + random.below(5e6), modifiedMs, state, ...problem, label, shown, split];
    insert.run(i, DATASET_ID, ...row, state === 'problem' ? null : image);
    if (random.uniform() < TAGGED) fileTag.run(i, 1 + random.below(TAGS));
    if (random.uniform() < TAGGED / 4) fileTag.run(i, 1 + random.below(TAGS));
  }
}
