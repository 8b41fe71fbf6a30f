import { describe, expect, it } from 'vitest';
import { freezeImages } from '#application/running/freeze-images.ts';
import type { DatasetImage } from '#application/ports/library.ts';
import type { ImageId } from '#base/ids.ts';

function image(index: number, label: string | null, split: DatasetImage['split'] = null): DatasetImage {
  const hashes = { contentHash: `hash-${index}`, pixelHash: `pixels-${index}` };
  const size = { widthPx: 32, heightPx: 32 };
  return { imageId: index as ImageId, ...hashes, path: `/p/${index}.jpg`, size, label, split };
}
const many = (count: number, make: (index: number) => DatasetImage) => Array.from({ length: count }, (_, i) => make(i));
const hashes = (images: readonly { readonly contentHash: string }[]) => images.map(({ contentHash }) => contentHash);

describe('freezeImages', () => {
  it('takes the training split, without images that lie in another split too, and says how many those are', () => {
    const all = [
      ...many(60, (i) => image(i, `c${i % 3}`, 'train')),
      ...many(10, (i) => image(50 + i, `c${i % 3}`, 'test')),
    ];
    const { images, judged, notes } = freezeImages(all, 1);
    expect(hashes(images)).toEqual(hashes(all.slice(0, 50)));
    expect(notes).toEqual([expect.stringContaining('10 images')]);
    expect(judged.protocol).toBe('knn');
    const test = new Set(hashes(all.slice(60)));
    if (judged.protocol === 'knn')
      expect(hashes([...judged.bank, ...judged.queries]).filter((h) => test.has(h))).toEqual([]);
  });

  it('judges by the validation split where there is one', () => {
    const all = [
      ...many(40, (i) => image(i, `c${i % 2}`, 'train')),
      ...many(8, (i) => image(100 + i, `c${i % 2}`, 'val')),
    ];
    const { judged } = freezeImages(all, 1);
    if (judged.protocol !== 'knn') throw new Error('Expected kNN.');
    expect(judged.seenInTraining).toBe(false);
    expect(hashes(judged.queries).toSorted()).toEqual(hashes(all.slice(40)).toSorted());
    expect(judged.bank).toHaveLength(40);
  });

  it('judges by a seeded fifth of every class otherwise, bank and queries apart', () => {
    const all = many(100, (i) => image(i, `c${i % 4}`));
    const { judged, images } = freezeImages(all, 7);
    if (judged.protocol !== 'knn') throw new Error('Expected kNN.');
    expect(images).toHaveLength(100);
    expect(judged).toMatchObject({ seenInTraining: true });
    expect([judged.bank.length, judged.queries.length]).toEqual([80, 20]);
    expect(new Set(hashes([...judged.bank, ...judged.queries])).size).toBe(100);
    expect(freezeImages(all, 7).judged).toEqual(judged);
    expect(freezeImages(all, 8).judged).not.toEqual(judged);
  });

  it('holds a tenth out of training, a thousand at most, when there are no labels', () => {
    const { images, judged } = freezeImages(
      many(200, (i) => image(i, null)),
      3,
    );
    if (judged.protocol !== 'retrieval') throw new Error('Expected retrieval.');
    expect([images.length, judged.images.length]).toEqual([180, 20]);
    const trained = new Set(hashes(images));
    expect(hashes(judged.images).filter((hash) => trained.has(hash))).toEqual([]);
    const large = freezeImages(
      many(20_000, (i) => image(i, null)),
      3,
    ).judged;
    expect(large.protocol === 'retrieval' && large.images.length).toBe(1000);
  });

  it('sees an image once, whatever the number of its files, and judges nothing below 20', () => {
    const { images, judged } = freezeImages([image(1, 'a'), image(1, 'b'), image(2, 'a')], 0);
    expect(hashes(images)).toEqual(['hash-1', 'hash-2']);
    expect(judged.protocol).toBe('none');
  });

  it.each([
    [[], /no image to train on.*--problems/],
    [[image(1, 'a'), image(1, 'a')], /only one image/],
    [[image(1, 'a', 'test'), image(2, 'a', 'test')], /All 2 readable images are in the split "test".*another name/],
  ])('refuses what cannot be trained on (%#)', (all, message) => {
    expect(() => freezeImages(all, 0)).toThrow(message);
    expect(() => freezeImages(all, 0)).toThrow(expect.objectContaining({ code: 'dataset.empty' }));
  });

  it('takes images that show the same pixels as one picture, and says how many those are', () => {
    const copy = { ...image(60, null), pixelHash: 'pixels-3' };
    const { images, notes } = freezeImages([...many(10, (i) => image(i, null)), copy], 1);
    expect(images).toHaveLength(10);
    expect(images.filter(({ pixelHash }) => pixelHash === 'pixels-3')).toHaveLength(1);
    expect(notes).toEqual([expect.stringMatching(/^1 images show the same pixels/)]);
  });

  it('trains on no picture of the test split, whatever its bytes', () => {
    const leaked = { ...image(70, null, 'test'), pixelHash: 'pixels-2' };
    const { images } = freezeImages([...many(10, (i) => image(i, null, 'train')), leaked], 1);
    expect(hashes(images)).not.toContain('hash-2');
    expect(images).toHaveLength(9);
  });

  it('refuses images that are all equal, and says so', () => {
    const equal = many(6, (i) => ({ ...image(i, null), pixelHash: 'the same' }));
    expect(() => freezeImages(equal, 1)).toThrow(/only one image.*All 6 readable images show the same pixels/);
  });
});
