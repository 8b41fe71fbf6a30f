/** How many files have which value, for each part of a filter over the files that its other parts leave: one pass. */
import type { Facets } from '#application/ports/listings.ts';
import { SPLITS, STATES } from './file-columns.ts';
import type { LibraryColumns } from './library-columns.ts';
import { type FacetPart, PART_BITS } from './passing-rows.ts';
import { traitNames } from './traits.ts';

const MOST_TAGS = 500;
const MOST_VALUES = 2000;
/** With so many traits a picture has one of so many combinations. */
const COMBINATIONS = 1 << traitNames.length;

type Counted = Facets[FacetPart];

/**
 * @param failed as `failedParts` gives it.
 * @param tagName of a tag's number.
 * @param more with folders, traits and years; else these are empty.
 */
export function countFacets(
  { files, images }: Pick<LibraryColumns, 'files' | 'images'>,
  failed: Uint8Array,
  tagName: (id: number) => string,
  more: boolean,
): Facets {
  const labels = new Uint32Array(files.labels.size);
  const folders = new Uint32Array(files.folders.size);
  const tagSets = new Uint32Array(files.tagSets.size);
  const years = new Uint32Array(images.years.size);
  const traits = new Uint32Array(COMBINATIONS);
  const splits = new Uint32Array(SPLITS.length);
  const states = new Uint32Array(STATES.length);
  const noYear = images.years.codeOf('');
  const [label, tag, split, state, folder, trait, year] = PART_BITS;
  for (let row = 0; row < failed.length; row++) {
    const missed = failed[row]!;
    // More than one part fails: the file counts for none.
    if ((missed & (missed - 1)) !== 0) continue;
    const image = files.image[row]!;
    if (missed === 0 || missed === label) labels[files.label[row]!]!++;
    if (missed === 0 || missed === tag) tagSets[files.tags[row]!]!++;
    if (missed === 0 || missed === split) splits[files.split[row]!]!++;
    if (missed === 0 || missed === state) states[files.state[row]!]!++;
    if (missed === 0 || missed === folder) folders[files.folder[row]!]!++;
    if (missed === 0 || missed === trait) traits[image < 0 ? 0 : images.traits[image]!]!++;
    if (missed === 0 || missed === year) years[image < 0 ? noYear : images.year[image]!]!++;
  }
  return {
    labels: counted(files.labels.texts, labels),
    tags: tagCounts(files, tagSets, tagName),
    splits: counted(SPLITS, splits),
    states: counted(STATES, states),
    folders: more ? counted(files.folders.texts, folders) : [],
    traits: more ? traitCounts(traits) : [],
    years: more ? counted(images.years.texts, years) : [],
  };
}

/** Values that some file has, the most frequent first. */
function counted(values: readonly string[], counts: Uint32Array, most = MOST_VALUES): Counted {
  const found: Counted = [];
  for (let code = 0; code < counts.length; code++) {
    if (counts[code]! > 0) found.push({ value: values[code]!, count: counts[code]! });
  }
  return found.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, most);
}

function tagCounts({ tagSets }: LibraryColumns['files'], sets: Uint32Array, tagName: (id: number) => string): Counted {
  const counts = new Map<number, number>();
  sets.forEach((count, code) => {
    if (count > 0) for (const tag of tagSets.setOf(code)) counts.set(tag, (counts.get(tag) ?? 0) + count);
  });
  return counted([...counts.keys()].map(tagName), Uint32Array.from(counts.values()), MOST_TAGS);
}

/** In the order of the traits. */
function traitCounts(combinations: Uint32Array): Counted {
  return traitNames.flatMap((value, i) => {
    const count = combinations.reduce((sum, files, bits) => ((bits >> i) & 1 ? sum + files : sum), 0);
    return count === 0 ? [] : [{ value, count }];
  });
}
