import { describe, expect, it } from 'vitest';
import { isMechanicalName, labelFiles } from '#curation/label-rules.ts';

/** `count` files in each folder. */
const files = (folders: readonly string[], count = 2): string[] =>
  folders.flatMap((folder) => Array.from({ length: count }, (_, i) => `${folder === '' ? '' : `${folder}/`}${i}.jpg`));

describe('labelFiles', () => {
  it('[L1] [L2] takes split folders as splits and the folders below as labels', () => {
    const { labels, splits, tags, reason } = labelFiles(files(['train/cat', 'train/dog', 'test/cat', 'test/dog'], 3));
    expect(labels.slice(0, 4)).toEqual(['cat', 'cat', 'cat', 'dog']);
    expect(splits.slice(5, 7)).toEqual(['train', 'test']);
    expect(tags.flat()).toEqual([]);
    expect(reason).toBe('2 folders became labels.');
  });

  it('[L1] knows variants of split names in any case', () => {
    expect(labelFiles(files(['Training', 'VALID', 'test'])).splits).toEqual([
      'train',
      'train',
      'val',
      'val',
      'test',
      'test',
    ]);
  });

  it('[L1] takes a lone folder named test beside others as a label', () => {
    const { splits, labels } = labelFiles(files(['test', 'cat', 'dog']));
    expect(new Set(splits)).toEqual(new Set([null]));
    expect(labels[0]).toBe('test');
  });

  it('[L1] takes a lone split folder that holds everything as a split', () => {
    expect(labelFiles(files(['train/cat', 'train/dog'])).splits).toEqual(['train', 'train', 'train', 'train']);
  });

  it('[L2] keeps folders below a label as tags', () => {
    const { labels, tags } = labelFiles(files(['cat/indoor', 'dog/outdoor']));
    expect(labels[0]).toBe('cat');
    expect(tags[0]).toEqual(['indoor']);
  });

  it('[L2] needs two names', () => {
    const { labels, tags, reason } = labelFiles(files(['holiday']));
    expect(labels).toEqual([null, null]);
    expect(tags[0]).toEqual(['holiday']);
    expect(reason).toContain('"holiday"');
  });

  it('[L2] takes 1,000 names and not 1,001', () => {
    const names = Array.from({ length: 1001 }, (_, i) => `kind ${(i * 7919).toString(36)}x`);
    expect(labelFiles(files(names.slice(0, 1000))).labels[0]).toBe(names[0]);
    const { labels, reason } = labelFiles(files(names));
    expect(labels[0]).toBeNull();
    expect(reason).toContain('1001');
  });

  it('[L2] takes no labels when more than one file in ten lies outside of folders', () => {
    const inFolders = files(['cat', 'dog'], 9);
    expect(labelFiles([...inFolders, ...files([''], 2)]).labels[0]).toBe('cat');
    expect(labelFiles([...inFolders, ...files([''], 3)]).labels[0]).toBeNull();
  });

  it('[L2] leaves files outside of folders without a label', () => {
    expect(labelFiles([...files(['cat', 'dog'], 9), 'stray.jpg']).labels.at(-1)).toBeNull();
  });

  it.each(['DCIM', '100CANON', '101_PANA', '2021-05', '2021', '20210503', 'IMG_0042', 'New Folder (2)', 'may 2021'])(
    '[L3] takes %s as what a machine names a folder',
    (name) => expect(isMechanicalName(name)).toBe(true),
  );

  it.each(['cat', 'n01440764', 'tench', '7', 'class_1', 'A4', 'café', '猫', 'B-52'])(
    '[L3] takes %s as a name',
    (name) => expect(isMechanicalName(name)).toBe(false),
  );

  it('[L3] makes tags of dates and camera folders', () => {
    const { labels, tags } = labelFiles(files(['2021-05', '2021-06', 'DCIM/100CANON']));
    expect(new Set(labels)).toEqual(new Set([null]));
    expect(tags[0]).toEqual(['2021-05']);
    expect(tags.at(-1)).toEqual(['DCIM', '100CANON']);
  });

  it('[L3] keeps labels beside a single camera folder, which is a tag', () => {
    const { labels, tags } = labelFiles(files(['a cat', 'a dog', 'a cow', 'a hen', 'DCIM'], 9).slice(0, 38));
    expect(labels[0]).toBe('a cat');
    expect(labels.at(-1)).toBeNull();
    expect(tags.at(-1)).toEqual(['DCIM']);
  });

  it('[L4] makes no labels of one image in every folder, or of a flat folder', () => {
    expect(labelFiles(['a/1.jpg', 'b/1.jpg', 'c/1.jpg']).labels).toEqual([null, null, null]);
    const flat = labelFiles(['1.jpg', '2.jpg']);
    expect(flat.labels).toEqual([null, null]);
    expect(flat.tags).toEqual([[], []]);
  });

  it('[L5] takes one name in two Unicode forms as one label', () => {
    const { labels } = labelFiles(['caf\u00e9/1.jpg', 'cafe\u0301/2.jpg', 'bar/1.jpg', 'bar/2.jpg']);
    expect(labels.slice(0, 2)).toEqual(['caf\u00e9', 'caf\u00e9']);
  });

  it('gives nothing for nothing', () => {
    expect(labelFiles([]).labels).toEqual([]);
  });
});
