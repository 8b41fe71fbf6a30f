import type { Database } from 'better-sqlite3';
import type { ImageId } from '#base/ids.ts';
import type { ImageStore, LibraryImage } from '#application/ports/library.ts';
import { Prepared, type Values } from './prepared.ts';
import { GIVEN_UP_MS } from './removed-datasets.ts';

interface ImageRow {
  readonly id: ImageId;
  readonly content_hash: Buffer;
  readonly pixel_hash: Buffer;
  readonly perceptual_hash: Buffer;
  readonly format: string;
  readonly width_px: number;
  readonly height_px: number;
  readonly frames: number;
  readonly captured_at: string | null;
  readonly brightness: number;
  readonly contrast: number;
  readonly sharpness: number;
  readonly entropy_bits: number;
}

const INSERT = `INSERT INTO images (content_hash, pixel_hash, perceptual_hash, format, width_px, height_px, frames,
    captured_at, brightness, contrast, sharpness, entropy_bits)
  VALUES ($contentHash, $pixelHash, $perceptualHash, $format, $widthPx, $heightPx, $frames,
    $capturedAt, $brightness, $contrast, $sharpness, $entropyBits)`;

const IS_HELD = `SELECT 1 FROM images JOIN files ON files.image_id = images.id JOIN datasets ON datasets.id = dataset_id
  WHERE content_hash = $hash AND removed_ms IS NOT ${GIVEN_UP_MS} LIMIT 1`;

function imageOf(row: ImageRow | undefined): LibraryImage | null {
  if (row === undefined) return null;
  return {
    id: row.id,
    contentHash: row.content_hash.toString('hex'),
    pixelHash: row.pixel_hash.toString('hex'),
    perceptualHash: row.perceptual_hash.toString('hex'),
    format: row.format,
    widthPx: row.width_px,
    heightPx: row.height_px,
    frames: row.frames,
    capturedAt: row.captured_at,
    quality: {
      brightness: row.brightness,
      contrast: row.contrast,
      sharpness: row.sharpness,
      entropyBits: row.entropy_bits,
    },
  };
}

function valuesOf(facts: Omit<LibraryImage, 'id'>): Values {
  return {
    contentHash: Buffer.from(facts.contentHash, 'hex'),
    pixelHash: Buffer.from(facts.pixelHash, 'hex'),
    perceptualHash: Buffer.from(facts.perceptualHash, 'hex'),
    format: facts.format,
    widthPx: facts.widthPx,
    heightPx: facts.heightPx,
    frames: facts.frames,
    capturedAt: facts.capturedAt,
    brightness: facts.quality.brightness,
    contrast: facts.quality.contrast,
    sharpness: facts.quality.sharpness,
    entropyBits: facts.quality.entropyBits,
  };
}

export function imageStore(database: Database): ImageStore {
  const prepared = new Prepared(database);

  const idOf = (contentHash: string): ImageId | null => {
    const values = { hash: Buffer.from(contentHash, 'hex') };
    return prepared.get<{ id: ImageId }>('SELECT id FROM images WHERE content_hash = $hash', values)?.id ?? null;
  };
  const labelOf = (id: ImageId): string | null =>
    prepared.get<{ label: string }>('SELECT label FROM image_labels WHERE image_id = $id', { id })?.label ?? null;

  const setLabel = (id: ImageId, label: string | null): void => {
    if (label === null) prepared.run('DELETE FROM image_labels WHERE image_id = $id', { id });
    else prepared.run('INSERT OR REPLACE INTO image_labels (image_id, label) VALUES ($id, $label)', { id, label });
    prepared.run('UPDATE files SET label = coalesce($label, folder_label) WHERE image_id = $id', { id, label });
  };

  return {
    put: (facts) => idOf(facts.contentHash) ?? (prepared.run(INSERT, valuesOf(facts)).lastId as ImageId),
    find: (id) => imageOf(prepared.get<ImageRow>('SELECT * FROM images WHERE id = $id', { id })),
    findByHash: (contentHash) => {
      const values = { hash: Buffer.from(contentHash, 'hex') };
      return imageOf(prepared.get<ImageRow>('SELECT * FROM images WHERE content_hash = $hash', values));
    },
    isHeld: (contentHash) => prepared.get(IS_HELD, { hash: Buffer.from(contentHash, 'hex') }) !== undefined,
    carryOver: (from, to) => {
      const label = labelOf(from);
      const hadLabel = label !== null && labelOf(to) === null;
      if (hadLabel) setLabel(to, label);
      const sql = `INSERT INTO image_tags (image_id, tag_id) SELECT $to, tag_id FROM image_tags WHERE image_id = $from
        ON CONFLICT DO NOTHING`;
      return prepared.run(sql, { from, to }).changes > 0 || hadLabel;
    },
    setLabel,
    labelOf,
    addTag: (id, tag) => {
      prepared.run('INSERT INTO tags (name) VALUES ($tag) ON CONFLICT DO NOTHING', { tag });
      const sql = `INSERT INTO image_tags (image_id, tag_id) SELECT $id, id FROM tags WHERE name = $tag
        ON CONFLICT DO NOTHING`;
      prepared.run(sql, { id, tag });
    },
    removeTag: (id, tag) => {
      const sql = 'DELETE FROM image_tags WHERE image_id = $id AND tag_id = (SELECT id FROM tags WHERE name = $tag)';
      prepared.run(sql, { id, tag });
    },
    tagsOf: (id) => {
      const sql = 'SELECT name FROM image_tags JOIN tags ON tags.id = tag_id WHERE image_id = $id ORDER BY name';
      return prepared.all<{ name: string }>(sql, { id }).map((row) => row.name);
    },
  };
}
