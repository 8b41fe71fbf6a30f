import { readFileSync, readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../resources/sample/', import.meta.url));
const classes = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const pictures = classes.map(({ name }) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)));

it('the sample is 1,000 different pictures in nine classes of similar size', () => {
  expect(classes).toHaveLength(9);
  expect(pictures.flat()).toHaveLength(1000);
  expect(Math.min(...pictures.map(({ length }) => length))).toBeGreaterThan(80);
  const hashes = pictures.flat().map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
  expect(new Set(hashes).size).toBe(1000);
});

it('class folders of the sample hold 64 × 64 PNG files and nothing else', () => {
  for (const path of pictures.flat()) {
    const bytes = readFileSync(path);
    expect(bytes.subarray(1, 4).toString('latin1'), path).toBe('PNG');
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], path).toEqual([64, 64]);
  }
});

it('the sample carries its source and licence beside the class folders', () => {
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('Noto Emoji');
  expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toContain('Apache License');
});
