/**
 * Which files pass a filter, and which miss it by one part alone: what is counted for a part is what the other parts
 * leave. A filter is given its meaning here and nowhere else, so that a count, a listing and a search can't disagree.
 */
import type { ListingFilter } from '#application/ports/listings.ts';
import { GONE, SPLITS, STATES } from './file-columns.ts';
import type { LibraryColumns } from './library-columns.ts';
import { maskOf } from './traits.ts';

/** Parts of a filter that have counts of their own. */
export type FacetPart = 'labels' | 'tags' | 'splits' | 'states' | 'folders' | 'traits' | 'years';
/** Their bits in what `failedParts` gives, in this order. */
export const PART_BITS = [1, 2, 4, 8, 16, 32, 64] as const;

/** What is not to be counted at all: another dataset's, gone, or not among the chosen. */
export const OUTSIDE = 255;
const [LABELS, TAGS, SPLIT, STATE, FOLDERS, TRAITS, YEARS] = PART_BITS;

/**
 * One byte a file: bits of the parts that it fails, 0 when it passes, `OUTSIDE` when it is not looked at.
 *
 * @param tagId the number of a tag's name, −1 when there is no such tag.
 * @param hidden datasets that are not looked at.
 * @param chosen one byte a row: 1 for those that the filter's text and files leave; null when it has neither.
 */
export function failedParts(
  { files, images }: Pick<LibraryColumns, 'files' | 'images'>,
  filter: ListingFilter,
  tagId: (name: string) => number,
  chosen: Uint8Array | null,
  hidden: readonly number[],
): Uint8Array {
  const labels = failing(LABELS, filter.labels.length > 0 ? files.labels.flags(filter.labels) : null);
  const folders = failing(FOLDERS, filter.folders.length > 0 ? files.folders.flags(filter.folders) : null);
  const years = failing(YEARS, filter.years.length > 0 ? images.years.flags(filter.years) : null);
  const tags = failing(TAGS, filter.tags.length > 0 ? tagFlags(files, filter.tags.map(tagId)) : null);
  const splits = failing(SPLIT, filter.splits.length > 0 ? flagsOf(SPLITS, filter.splits) : null);
  const states = failing(STATE, flagsOf(STATES, filter.states));
  const wanted = maskOf(filter.traits);
  const noYear = years === null ? 0 : years[images.years.codeOf('')]!;
  const result = new Uint8Array(files.count);
  for (let row = 0; row < result.length; row++) {
    const dataset = files.dataset[row]!;
    const isOutside = (filter.datasetId !== null && dataset !== filter.datasetId) || hidden.includes(dataset);
    if (isOutside || files.state[row] === GONE || chosen?.[row] === 0) {
      result[row] = OUTSIDE;
      continue;
    }
    const image = files.image[row]!;
    let failed = states![files.state[row]!]!;
    if (labels !== null) failed |= labels[files.label[row]!]!;
    if (folders !== null) failed |= folders[files.folder[row]!]!;
    if (tags !== null) failed |= tags[files.tags[row]!]!;
    if (splits !== null) failed |= splits[files.split[row]!]!;
    if (years !== null) failed |= image < 0 ? noYear : years[images.year[image]!]!;
    if (wanted !== 0 && (image < 0 || (images.traits[image]! & wanted) === 0)) failed |= TRAITS;
    result[row] = failed;
  }
  return result;
}

/** For each code: the part's bit where it fails. */
function failing(bit: number, passes: Uint8Array | null): Uint8Array | null {
  return passes?.map((passing) => (passing === 1 ? 0 : bit)) ?? null;
}

function flagsOf(names: readonly string[], chosen: readonly string[]): Uint8Array {
  return Uint8Array.from(names, (name) => (chosen.includes(name) ? 1 : 0));
}

/** Sets of tags that hold all of the wanted ones. */
function tagFlags({ tagSets }: LibraryColumns['files'], wanted: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: tagSets.size }, (_, code) => {
    const set = tagSets.setOf(code);
    return wanted.every((tag) => set.includes(tag)) ? 1 : 0;
  });
}
