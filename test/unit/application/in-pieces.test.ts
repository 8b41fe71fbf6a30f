import { expect, it } from 'vitest';
import { atOnce, inTurns, passing, visiting } from '#application/in-pieces.ts';
import {
  freezeImages,
  freezingImages,
  findingImagesToCache,
  imagesToCache,
} from '#application/running/freeze-images.ts';
import { medianShortSide } from '#application/running/median-short-side.ts';
import type { DatasetImage } from '#application/ports/library.ts';
import type { ImageId } from '#base/ids.ts';

const size = (widthPx: number, heightPx: number) => ({ widthPx, heightPx });
const images: readonly DatasetImage[] = Array.from({ length: 20_000 }, (_, i) => ({
  imageId: (i + 1) as ImageId,
  contentHash: `hash ${i}`,
  pixelHash: `pixels ${i % 15_000}`,
  path: `/p/${i}.jpg`,
  size: size(10 + (i % 7), 30),
  label: `label ${i % 5}`,
  split: (['train', 'train', 'val', 'test'] as const)[i % 4]!,
}));

it('looks at every item once, and can be left after some thousands', () => {
  const seen: number[] = [];
  const work = visiting(images.keys(), (i) => void seen.push(i));
  work.next();
  expect(seen).toEqual([...Array(2000).keys()]);
  expect(atOnce(passing(images.keys(), (i) => i % 3 === 0))).toHaveLength(6667);
});

it('gives others their turn while a run’s images are chosen', async () => {
  let turns = 0;
  let isDone = false;
  const look = (): void => {
    turns++;
    if (!isDone) setImmediate(look);
  };
  setImmediate(look);
  // One time after the other, as a million images would take.
  for (let i = 0; i < 8; i++) await inTurns(freezingImages(images, 1));
  isDone = true;
  expect(turns).toBeGreaterThan(1);
});

it('chooses in turns what it chooses at once', async () => {
  for (const some of [images, images.map((image) => ({ ...image, split: null })), images.slice(0, 10)]) {
    const frozen = await inTurns(freezingImages(some, 3));
    expect(frozen).toEqual(freezeImages(some, 3));
    expect(await inTurns(findingImagesToCache(some, frozen))).toEqual(imagesToCache(some, frozen));
  }
});

it('takes the lower middle of the shorter sides, an image in two splits once', () => {
  const sided = (sides: readonly (readonly [number, number, number])[]) =>
    atOnce(
      medianShortSide(sides.map(([id, width, height]) => ({ imageId: id as ImageId, size: size(width, height) }))),
    );
  expect(sided([])).toBeNull();
  expect(sided([[1, 9, 4]])).toBe(4);
  const four = [
    [1, 5, 50],
    [2, 70, 7],
    [3, 6, 6],
    [4, 800, 900],
  ] as const;
  expect(sided(four)).toBe(6);
  expect(sided([...four, [5, 8, 8]])).toBe(7);
  expect(
    sided([
      [1, 5, 5],
      [2, 6, 6],
      [3, 7, 7],
      [3, 7, 7],
      [3, 7, 7],
    ]),
  ).toBe(6);
});
