import { z } from 'zod';

/** A dataset in a listing. Counts are of files unless they say images. */
export const datasetSummarySchema = z.strictObject({
  id: z.int(),
  name: z.string(),
  /** Absolute folders that were imported. */
  roots: z.array(z.string()).readonly(),
  createdMs: z.number(),
  /** When an import last went through to its end; null: never. */
  importedMs: z.number().nullable(),
  files: z.int(),
  images: z.int(),
  missing: z.int(),
  problems: z.int(),
  /** How many different labels. */
  labels: z.int(),
});
export type DatasetSummary = Readonly<z.infer<typeof datasetSummarySchema>>;

/** A file of a dataset in a listing. */
export const fileRowSchema = z.strictObject({
  id: z.int(),
  path: z.string(),
  relativePath: z.string(),
  state: z.enum(['present', 'missing', 'problem']),
  sizeBytes: z.number().nullable(),
  modifiedMs: z.number().nullable(),
  problem: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  /** The user's label of the image, else the folder's. */
  label: z.string().nullable(),
  split: z.enum(['train', 'val', 'test']).nullable(),
  imageId: z.int().nullable(),
  contentHash: z.string().nullable(),
  widthPx: z.int().nullable(),
  heightPx: z.int().nullable(),
  /** ISO 8601 without zone. */
  capturedAt: z.string().nullable(),
});
export type FileRow = Readonly<z.infer<typeof fileRowSchema>>;

/** What removing a dataset takes out of the library; originals stay where they are. */
export const removalCountsSchema = z.strictObject({
  files: z.int(),
  images: z.int(),
  userLabels: z.int(),
  userTags: z.int(),
});
