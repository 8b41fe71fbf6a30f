/**
 * The questions a window asks of the files: which, in what order, how many of each kind. A filter is turned into SQL
 * here and nowhere else, so that a count, a listing and a search can't disagree on what it means.
 */
import { readFileSet, type ListingFilter, type ListingSort, type Trait } from '#application/ports/listings.ts';
import type { Values } from './prepared.ts';

export interface ListingQuery {
  readonly sql: string;
  readonly values: Values;
}

/** Parts of a filter that have counts of their own. */
export type FacetPart = 'labels' | 'tags' | 'splits' | 'states' | 'folders' | 'traits' | 'years';

/** The folder of a relative path, without its slash; '' for a file in the root. */
const FOLDER = "rtrim(rtrim(files.relative_path, replace(files.relative_path, '/', '')), '/')";

const YEAR = '(SELECT substr(captured_at, 1, 4) FROM images WHERE images.id = files.image_id)';

/**
 * What a picture is like, by the measures of its import (brightness in [0, 1], sharpness as the variance of the
 * Laplacian, information in bits) and its size. Coarse on purpose: these are for finding candidates.
 */
const TRAITS: Readonly<Record<Trait, string>> = {
  dark: 'brightness < 0.2',
  bright: 'brightness > 0.85',
  blurred: 'sharpness < 50',
  plain: 'entropy_bits < 3',
  small: 'min(width_px, height_px) < 64',
  large: 'min(width_px, height_px) >= 1024',
};
const traitNames = Object.keys(TRAITS) as Trait[];

const hasTrait = (sql: string): string => `EXISTS (SELECT 1 FROM images WHERE images.id = files.image_id AND (${sql}))`;

const ORDERS: Readonly<Record<ListingSort, string>> = {
  path: 'files.relative_path, files.id',
  newest: 'files.modified_ms DESC, files.id',
  largest: 'images.width_px * images.height_px DESC, files.id',
  darkest: 'images.brightness, files.id',
  brightest: 'images.brightness DESC, files.id',
  blurriest: 'images.sharpness, files.id',
  captured: 'images.captured_at, files.id',
};

const HAS_TAG = `(EXISTS (SELECT 1 FROM file_tags JOIN tags ON tags.id = tag_id WHERE file_id = files.id AND name = $tag#)
  OR EXISTS (SELECT 1 FROM image_tags JOIN tags ON tags.id = tag_id WHERE image_tags.image_id = files.image_id AND name = $tag#))`;

/** Pattern for LIKE that finds the text itself, whatever it holds. */
const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/** A set of values as one JSON text, so that any number of them is one parameter. */
const anyOf = (column: string, name: string): string =>
  `coalesce(${column}, '') IN (SELECT value FROM json_each($${name}))`;

function conditions(filter: ListingFilter, without: FacetPart | null): ListingQuery {
  const parts: string[] = [];
  const values: Record<string, string | number> = {};
  const add = (sql: string, name: string, value: string | number): void => {
    parts.push(sql);
    values[name] = value;
  };
  if (filter.datasetId !== null) add('files.dataset_id = $datasetId', 'datasetId', filter.datasetId);
  if (without !== 'states') add(anyOf('files.state', 'states'), 'states', JSON.stringify(filter.states));
  if (filter.labels.length > 0 && without !== 'labels') {
    add(anyOf('files.label', 'labels'), 'labels', JSON.stringify(filter.labels));
  }
  if (filter.splits.length > 0 && without !== 'splits') {
    add(anyOf('files.split', 'splits'), 'splits', JSON.stringify(filter.splits));
  }
  if (without !== 'tags') {
    for (const [i, tag] of filter.tags.entries()) add(HAS_TAG.replaceAll('#', String(i)), `tag${i}`, tag);
  }
  if (filter.folders.length > 0 && without !== 'folders') {
    add(anyOf(FOLDER, 'folders'), 'folders', JSON.stringify(filter.folders));
  }
  if (filter.years.length > 0 && without !== 'years') {
    add(anyOf(YEAR, 'years'), 'years', JSON.stringify(filter.years));
  }
  if (filter.traits.length > 0 && without !== 'traits') {
    parts.push(hasTrait(filter.traits.map((trait) => TRAITS[trait]).join(' OR ')));
  }
  if (filter.files !== '') {
    const chosen = 'files.id IN (SELECT value FROM json_each($files))';
    add(chosen, 'files', JSON.stringify(readFileSet(filter.files)));
  }
  if (filter.text !== '') add(String.raw`files.relative_path LIKE $text ESCAPE '\'`, 'text', containing(filter.text));
  return { sql: parts.length === 0 ? '1' : parts.join(' AND '), values };
}

/** Ids of the files that pass, in order: one column `id`. */
export function listingQuery(filter: ListingFilter, sort: ListingSort): ListingQuery {
  const where = conditions(filter, null);
  const join = ORDERS[sort].includes('images.') ? 'LEFT JOIN images ON images.id = files.image_id' : '';
  return {
    sql: `SELECT files.id FROM files ${join} WHERE ${where.sql} ORDER BY ${ORDERS[sort]}`,
    values: where.values,
  };
}

/** Content hashes of the present images that pass: one column `content_hash`, each once. */
export function passingImagesQuery(filter: ListingFilter): ListingQuery {
  const where = conditions(filter, null);
  return {
    sql: `SELECT DISTINCT images.content_hash FROM files JOIN images ON images.id = files.image_id WHERE ${where.sql}`,
    values: where.values,
  };
}

/** Rows (value, count), the most frequent first, over the files that the other parts of the filter leave. */
export function facetQuery(filter: ListingFilter, part: FacetPart): ListingQuery {
  const where = conditions(filter, part);
  if (part === 'tags') {
    const tagged = `SELECT tags.name AS value FROM files JOIN file_tags ON file_id = files.id JOIN tags ON tags.id = tag_id
        WHERE ${where.sql}
      UNION ALL
      SELECT tags.name FROM files JOIN image_tags ON image_tags.image_id = files.image_id JOIN tags ON tags.id = tag_id
        WHERE ${where.sql}`;
    return {
      sql: `SELECT value, count(*) AS count FROM (${tagged}) GROUP BY value ORDER BY count DESC, value LIMIT 500`,
      values: where.values,
    };
  }
  if (part === 'traits') {
    const counts = traitNames.map(
      (trait) =>
        `SELECT '${trait}' AS value, count(*) AS count FROM files WHERE ${where.sql} AND ${hasTrait(TRAITS[trait])}`,
    );
    return { sql: `SELECT * FROM (${counts.join(' UNION ALL ')}) WHERE count > 0`, values: where.values };
  }
  const column = { labels: 'files.label', splits: 'files.split', states: 'files.state', folders: FOLDER, years: YEAR }[
    part
  ];
  return {
    sql: `SELECT coalesce(${column}, '') AS value, count(*) AS count FROM files WHERE ${where.sql}
      GROUP BY 1 ORDER BY count DESC, value LIMIT 2000`,
    values: where.values,
  };
}
