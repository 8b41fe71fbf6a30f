/** Files in groups by what is said of them, for colours: the most frequent first, what is beyond them together. */
import type { LibraryColumns } from './library-columns.ts';
import { SPLITS } from './file-columns.ts';

const MOST_GROUPS = 255;

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
  { files }: Pick<LibraryColumns, 'files'>,
  fileIds: ArrayLike<number>,
  by: 'label' | 'split' | 'tag',
  tagName: (id: number) => string,
): FileGroups {
  const { codes, texts } = {
    label: () => ({ codes: files.label, texts: files.labels.texts }),
    split: () => ({ codes: files.split, texts: SPLITS }),
    tag: () => ({ codes: files.tags, texts: firstTags(files, tagName) }),
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

/** For each set of tags the first by name, '' for none. */
function firstTags({ tagSets }: LibraryColumns['files'], tagName: (id: number) => string): string[] {
  return Array.from({ length: tagSets.size }, (_, code) => {
    const names = tagSets.setOf(code).map(tagName);
    return names.reduce<string>((first, name) => (first === '' || name < first ? name : first), '');
  });
}
