/** Files in groups by what is said of them, for colours: the most frequent first, what is beyond them together. */
import type { LibraryColumns } from './library-columns.ts';
import { SPLITS } from './file-columns.ts';
import { traitNames } from './traits.ts';

const MOST_GROUPS = 255;

export type GroupedBy = 'label' | 'split' | 'tag' | 'quality';

/** Traits that speak of a picture's quality; its size does not. One that has several counts as the first. */
const QUALITIES = ['blurred', 'dark', 'bright', 'plain'] as const;

export interface FileGroups {
  /** The values; '' stands for none. `hasRest`: one more group, of all other values. */
  readonly names: readonly string[];
  readonly hasRest: boolean;
  /** Each file's group, in the order of the files. */
  readonly index: Uint8Array<ArrayBuffer>;
}

/**
 * @param fileIds any files; those that are gone count as having nothing.
 * @param tagName of a tag's number; a file's group is the first by name of its tags.
 */
export function groupFiles(
  { files, images }: Pick<LibraryColumns, 'files' | 'images'>,
  fileIds: ArrayLike<number>,
  by: GroupedBy,
  tagName: (id: number) => string,
): FileGroups {
  const { codes, texts } = {
    label: () => ({ codes: files.label, texts: files.labels.texts }),
    split: () => ({ codes: files.split, texts: SPLITS }),
    tag: () => ({ codes: files.tags, texts: firstTags(files, tagName) }),
    quality: () => ({ codes: qualityCodes({ files, images }), texts: QUALITY_TEXTS }),
  }[by]();
  const counts = new Map<string, number>();
  const ofFile = Array.from(fileIds, (id) => {
    const row = files.rowOf(id);
    const text = row < 0 || files.state[row] === 0 ? '' : texts[codes[row]!]!;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    return text;
  });
  const ordered = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
  const names = ordered.slice(0, ordered.length > MOST_GROUPS ? MOST_GROUPS - 1 : MOST_GROUPS);
  const place = new Map(names.map((name, i) => [name, i]));
  const index = Uint8Array.from(ofFile, (text) => place.get(text) ?? names.length);
  return { names, hasRest: names.length < ordered.length, index };
}

const QUALITY_TEXTS = ['', ...QUALITIES] as const;

/** For each row of the files its place in `QUALITY_TEXTS`. */
function qualityCodes({ files, images }: Pick<LibraryColumns, 'files' | 'images'>): Uint8Array {
  const bits = QUALITIES.map((trait) => 1 << traitNames.indexOf(trait));
  return Uint8Array.from(files.image, (image) =>
    image < 0 ? 0 : 1 + bits.findIndex((bit) => (images.traits[image]! & bit) !== 0),
  );
}

/** For each set of tags the first by name, '' for none. */
function firstTags({ tagSets }: LibraryColumns['files'], tagName: (id: number) => string): string[] {
  return Array.from({ length: tagSets.size }, (_, code) => {
    const names = tagSets.setOf(code).map(tagName);
    return names.reduce<string>((first, name) => (first === '' || name < first ? name : first), '');
  });
}
