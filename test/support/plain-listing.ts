/**
 * What a window asks of the files, answered by plain SQL over the tables, however long that takes: what the library's
 * index must agree with.
 */
import type { Database } from 'better-sqlite3';
import type { DatasetSummary, Facets, ListingFilter, ListingSort, Trait } from '#application/ports/listings.ts';
import { readFileSet } from '#contract/studio/file-set.ts';

interface ListingQuery {
  readonly sql: string;
  readonly values: Readonly<Record<string, string | number>>;
}

type FacetPart = keyof Facets;

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
  const parts = ['files.dataset_id NOT IN (SELECT id FROM datasets WHERE removed_ms IS NOT NULL)'];
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

/** Ids of the files that pass, in order. */
export function plainList(database: Database, filter: ListingFilter, sort: ListingSort): number[] {
  const where = conditions(filter, null);
  const sql = `SELECT files.id FROM files LEFT JOIN images ON images.id = files.image_id
    WHERE ${where.sql} ORDER BY ${ORDERS[sort]}`;
  return database.prepare(sql).pluck().all(where.values) as number[];
}

/** Ids of the images that a present file holds which passes, each once, with the first such file. */
export function plainImages(database: Database, filter: ListingFilter): Map<number, number> {
  const where = conditions(filter, null);
  const sql = `SELECT image_id, min(files.id) FROM files
    WHERE ${where.sql} AND state = 'present' GROUP BY image_id ORDER BY image_id`;
  return new Map(database.prepare(sql).raw().all(where.values) as [number, number][]);
}

/** Each part over what the other parts leave, the most frequent value first. */
export function plainFacets(database: Database, filter: ListingFilter): Facets {
  const counted = (part: FacetPart): Facets[FacetPart] => {
    const { sql, values } = facetQuery(filter, part);
    return database.prepare(sql).all(values) as Facets[FacetPart];
  };
  return {
    labels: counted('labels'),
    tags: counted('tags'),
    splits: counted('splits'),
    states: counted('states'),
    folders: counted('folders'),
    traits: counted('traits'),
    years: counted('years'),
  };
}

/** What is counted of each dataset, by name. */
export function plainSummaries(database: Database): Partial<DatasetSummary>[] {
  const sql = `SELECT datasets.id, datasets.name,
      count(files.id) FILTER (WHERE state = 'present') AS files,
      count(DISTINCT CASE WHEN state = 'present' THEN image_id END) AS images,
      count(files.id) FILTER (WHERE state = 'missing') AS missing,
      count(files.id) FILTER (WHERE state = 'problem') AS problems,
      count(DISTINCT CASE WHEN state = 'present' THEN label END) AS labels,
      count(folder_label) > 0 AS usesFolderLabels
    FROM datasets LEFT JOIN files ON files.dataset_id = datasets.id
    WHERE removed_ms IS NULL GROUP BY datasets.id ORDER BY datasets.name`;
  const rows = database.prepare(sql).all() as (Omit<DatasetSummary, 'usesFolderLabels'> & {
    usesFolderLabels: number;
  })[];
  return rows.map((row) => ({ ...row, usesFolderLabels: row.usesFolderLabels === 1 }));
}

/** Rows (value, count), the most frequent first, over the files that the other parts of the filter leave. */
function facetQuery(filter: ListingFilter, part: FacetPart): ListingQuery {
  const where = conditions(filter, part);
  if (part === 'tags') {
    const tagged = `SELECT files.id, tags.name AS value FROM files
        JOIN file_tags ON file_id = files.id JOIN tags ON tags.id = tag_id WHERE ${where.sql}
      UNION
      SELECT files.id, tags.name FROM files
        JOIN image_tags ON image_tags.image_id = files.image_id JOIN tags ON tags.id = tag_id WHERE ${where.sql}`;
    return {
      sql: `SELECT value, count(*) AS count FROM (${tagged}) GROUP BY value ORDER BY count DESC, value`,
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
