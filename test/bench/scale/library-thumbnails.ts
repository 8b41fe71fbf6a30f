/** Thumbnails of a large library: real WebP, a few pictures' bytes under many names. */
import { linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { hashOf } from './library-rows.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', '..', 'resources', 'sample');
/** Different pictures; a file system may allow 65,000 names for one file. */
const PICTURES = 64;
const SIDE = 256;

/** @param folder the library's `thumbnails/`. */
export async function writeThumbnails(folder: string, images: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < 256; i++) mkdirSync(join(folder, i.toString(16).padStart(2, '0')), { recursive: true });
  const names = readdirSync(SAMPLE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png'));
  const originals: string[] = [];
  for (let i = 0; i < PICTURES; i++) {
    const file = join(folder, `${i}.webp`);
    const background = { r: 40 + 3 * i, g: 90 + ((i * 37) % 120), b: 220 - 3 * i };
    const picture = sharp(join(SAMPLE, names[Math.floor((i * names.length) / PICTURES)]!)).flatten({ background });
    writeFileSync(file, await picture.resize(SIDE, SIDE).webp({ quality: 80 }).toBuffer());
    originals.push(file);
  }
  for (let i = 1; i <= images; i++) {
    const hash = hashOf(i).toString('hex');
    linkSync(originals[i % PICTURES]!, join(folder, hash.slice(0, 2), `${hash}.webp`));
  }
}
