/**
 * Makes `resources/icons` again from the window's own picture, `src-renderer/public/favicon.svg`:
 *
 *   npx node scripts/make-icons.mjs
 *
 * `icon.png` is what the packages for each system are given their icons from; `tray.png` (and `tray@2x.png`, for screens
 * with twice the pixels) stands in the tray.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const picture = readFileSync(new URL('../src-renderer/public/favicon.svg', import.meta.url));
const folder = new URL('../resources/icons/', import.meta.url);
const SIDE_OF_SVG = 32;
const DENSITY_OF_SVG = 72;

const sides = { 'icon.png': 1024, 'tray.png': 24, 'tray@2x.png': 48 };

mkdirSync(folder, { recursive: true });
for (const [name, side] of Object.entries(sides)) {
  const density = (DENSITY_OF_SVG * side) / SIDE_OF_SVG;
  await sharp(picture, { density })
    .resize(side, side)
    .png({ compressionLevel: 9 })
    .toFile(fileURLToPath(new URL(name, folder)));
}
