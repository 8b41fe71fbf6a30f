/** What the words of a search mean: image numbers, files, regions. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Region } from '#application/ports/images.ts';
import type { ChosenEncoder } from '#application/ports/query-encoder.ts';
import type { SearchExample } from '#application/search-images.ts';
import { KindredError } from '#base/errors.ts';
import type { ImageId } from '#base/ids.ts';

/**
 * `#123` or `123` is an image of the library, anything else a file (`./123` for one with such a name).
 * @throws KindredError `usage.invalid` for a file that is not there.
 */
export function searchExample(word: string, region: Region | null = null): SearchExample {
  const number = /^#?(\d{1,15})$/.exec(word);
  if (number !== null) return { kind: 'image', imageId: Number(number[1]) as ImageId, region };
  const path = resolve(word);
  if (existsSync(path)) return { kind: 'file', path, region };
  throw new KindredError(
    'usage.invalid',
    `There is no file "${path}". Give a picture's path, or the number of an image in the library, such as 123.`,
    { path },
  );
}

/** @throws KindredError `usage.invalid` unless the text is `x,y,width,height` in pixels. */
export function regionOf(text: string): Region {
  const [x, y, width, height, ...rest] = text
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const region = { x: x ?? Number.NaN, y: y ?? Number.NaN, width: width ?? Number.NaN, height: height ?? Number.NaN };
  const isRegion = Object.values(region).every((size) => Number.isFinite(size) && size >= 0);
  if (rest.length === 0 && isRegion && region.width > 0 && region.height > 0) return region;
  throw new KindredError(
    'usage.invalid',
    `"${text}" is not a region. Give x,y,width,height in pixels from the upright picture's top left corner.`,
    { region: text },
  );
}

/** What to do about images that an encoder has not seen. */
export function unseenAdvice(encoder: ChosenEncoder): string {
  return encoder.kind === 'run' ? `Encode them with "embed ${encoder.runId}".` : 'Import the folders again.';
}

/** A whole number of at least 1. @throws KindredError `usage.invalid`. */
export function countWord(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new KindredError('usage.invalid', `${option} takes a whole number of at least 1, not "${text}".`, {
    option,
    text,
  });
}

/** A whole number of at least 0. @throws KindredError `usage.invalid`. */
export function wholeWord(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new KindredError('usage.invalid', `${option} takes a whole number, not "${text}".`, { option, text });
}
