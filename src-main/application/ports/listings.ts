/** What windows ask of the files, as the database answers it; the shapes are those that cross to a face. */
export type { DatasetSummary } from '#contract/studio/datasets.ts';
export type {
  Facets,
  FileCell,
  FileDetails,
  FileFilter as ListingFilter,
  FileSort as ListingSort,
  Trait,
} from '#contract/studio/files.ts';
export { readFileSet } from '#contract/studio/file-set.ts';
