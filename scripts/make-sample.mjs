/**
 * Makes `resources/sample` again: 1,000 Noto emoji in nine class folders.
 *
 *   npm pack emoji-datasource-google@16.0.0 && tar xzf emoji-datasource-google-16.0.0.tgz
 *   npx node scripts/make-sample.mjs package
 *
 * The same package gives the same files. Skin-tone variants are left out (they would be near-duplicates), as are
 * pictures equal to an earlier one byte by byte (some flags). Each category gives as close to a ninth as it can; where it has more than its share, pictures are taken at equal
 * distances along the emoji order, so that every sub-category is there.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PICTURES = 1000;
const LEFT_OUT = new Set(['Component']);
const target = fileURLToPath(new URL('../resources/sample/', import.meta.url));

/** Lower case, ASCII letters and digits joined by single hyphens. */
function slug(text) {
  const ascii = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  return ascii
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Category → its emoji in order. */
function emojiByCategory(source) {
  const categories = new Map();
  const seen = new Set();
  const emoji = JSON.parse(readFileSync(join(source, 'emoji.json'), 'utf8'));
  for (const entry of emoji.toSorted((a, b) => a.sort_order - b.sort_order)) {
    if (!entry.has_img_google || LEFT_OUT.has(entry.category)) continue;
    const bytes = readFileSync(join(source, 'img/google/64', entry.image)).toString('base64');
    if (seen.has(bytes)) continue;
    seen.add(bytes);
    if (!categories.has(entry.category)) categories.set(entry.category, []);
    categories.get(entry.category).push(entry);
  }
  return categories;
}

/** How many each category gives: equal shares, small categories give all they have. Smallest first. */
function shares(categories) {
  const result = new Map();
  let left = PICTURES;
  let waiting = categories.size;
  for (const [name, entries] of [...categories].toSorted((a, b) => a[1].length - b[1].length)) {
    const share = Math.min(entries.length, Math.floor(left / waiting));
    result.set(name, share);
    left -= share;
    waiting -= 1;
  }
  return result;
}

function main(source) {
  const categories = emojiByCategory(source);
  for (const [category, share] of shares(categories)) {
    const folder = join(target, slug(category));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const entries = categories.get(category);
    const taken = new Set();
    for (let i = 0; i < share; i++) {
      const entry = entries[Math.floor((i * entries.length) / share)];
      const plain = slug(entry.name);
      const name = plain === '' || taken.has(plain) ? slug(`${plain} ${entry.unified}`) : plain;
      taken.add(name);
      copyFileSync(join(source, 'img/google/64', entry.image), join(folder, `${name}.png`));
    }
    console.log(`${slug(category)}: ${share} of ${entries.length}`);
  }
}

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('Usage: npx node scripts/make-sample.mjs FOLDER   (the unpacked emoji-datasource-google package)');
  process.exitCode = 2;
} else {
  main(source);
}
