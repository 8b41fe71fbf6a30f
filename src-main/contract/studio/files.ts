/**
 * Looking at files. The engine keeps a *listing* for each (filter, sort) that a face has open: the ids in order, so
 * that any page of a million files is one look-up, and a page stays the same page while new files arrive.
 */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { isFileSet } from './file-set.ts';

/** See file-set.ts. */
const fileSetSchema = z.string().refine(isFileSet, 'That is no set of files');
const someFilesSchema = fileSetSchema.refine((text) => text !== '', 'No file is chosen');

export const traitSchema = z.enum(['dark', 'bright', 'blurred', 'plain', 'small', 'large']);
export type Trait = z.infer<typeof traitSchema>;

export const fileFilterSchema = z.strictObject({
  /** null: all datasets. */
  datasetId: z.int().nullable().default(null),
  /** Any of these labels; the empty text stands for files without one. */
  labels: z.array(z.string()).max(2000).default([]),
  /** All of these tags. */
  tags: z.array(z.string()).max(100).default([]),
  splits: z.array(z.enum(['train', 'val', 'test', ''])).default([]),
  states: z.array(z.enum(['present', 'missing', 'problem'])).default(['present', 'missing']),
  /** Any of these folders of the dataset (not those below them); the empty text is its root. */
  folders: z.array(z.string()).max(2000).default([]),
  /** Any of these. */
  traits: z.array(traitSchema).default([]),
  /** Taken in any of these years; the empty text stands for pictures that don't say when. */
  years: z.array(z.string()).max(300).default([]),
  /** These files alone; the empty text stands for all. */
  files: fileSetSchema.default(''),
  /** Part of the relative path, any case. */
  text: z.string().max(500).default(''),
});
export type FileFilter = z.infer<typeof fileFilterSchema>;

export const fileSortSchema = z.enum(['path', 'newest', 'largest', 'darkest', 'brightest', 'blurriest', 'captured']);
export type FileSort = z.infer<typeof fileSortSchema>;

export const fileCellSchema = z.object({
  id: z.int(),
  imageId: z.int().nullable(),
  name: z.string(),
  label: z.string().nullable(),
  state: z.enum(['present', 'missing', 'problem']),
  widthPx: z.int().nullable(),
  heightPx: z.int().nullable(),
  /** Why it can't be used, in a sentence; null when it can. */
  problem: z.string().nullable(),
  /** Names the picture's bytes: `/pictures/thumbnails/<imageId>?v=<version>` never changes. */
  version: z.string().nullable(),
});
export type FileCell = z.infer<typeof fileCellSchema>;

export const fileDetailsSchema = fileCellSchema.omit({ problem: true }).extend({
  datasetId: z.int(),
  datasetName: z.string(),
  path: z.string(),
  relativePath: z.string(),
  sizeBytes: z.int(),
  modifiedMs: z.number(),
  format: z.string().nullable(),
  capturedAt: z.string().nullable(),
  split: z.string().nullable(),
  tags: z.array(z.string()),
  /** Of these, the ones its folders gave it; they come back when the dataset is looked at again. */
  folderTags: z.array(z.string()),
  quality: z
    .object({ brightness: z.number(), contrast: z.number(), sharpness: z.number(), entropyBits: z.number() })
    .nullable(),
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Other files that hold the same image. */
  copies: z.array(z.object({ id: z.int(), relativePath: z.string() })),
});
export type FileDetails = z.infer<typeof fileDetailsSchema>;

const countedSchema = z.array(z.object({ value: z.string(), count: z.int() }));

/** Counts of files by value, each over the files that the *other* parts of the filter leave. */
export const facetsSchema = z.object({
  labels: countedSchema,
  tags: countedSchema,
  splits: countedSchema,
  states: countedSchema,
  /** The three below are counted only when they are asked for: they look at every picture. */
  folders: countedSchema,
  traits: countedSchema,
  years: countedSchema,
});
export type Facets = z.infer<typeof facetsSchema>;

export const fileContract = {
  open: oc
    .input(z.strictObject({ filter: fileFilterSchema, sort: fileSortSchema.default('path') }))
    .output(z.object({ listingId: z.string(), count: z.int() })),
  page: oc
    .input(z.strictObject({ listingId: z.string(), start: z.int().min(0), count: z.int().min(1).max(1000) }))
    .output(z.object({ cells: z.array(fileCellSchema) })),
  /** Ids at positions start … end − 1 of a listing, for selecting a range; at most 1,000,000. */
  ids: oc
    .input(z.strictObject({ listingId: z.string(), start: z.int().min(0), end: z.int().min(0) }))
    .output(z.object({ ids: z.array(z.int()) })),
  facets: oc.input(z.strictObject({ filter: fileFilterSchema, more: z.boolean().default(false) })).output(facetsSchema),
  details: oc.input(z.strictObject({ id: z.int() })).output(fileDetailsSchema),
  /** Sets the user's label (null: back to the folder's); undoable. */
  setLabel: oc
    .input(z.strictObject({ files: someFilesSchema, label: z.string().min(1).max(200).nullable() }))
    .output(z.object({ changed: z.int() })),
  /** Adds and takes away tags; undoable. */
  setTags: oc
    .input(
      z.strictObject({
        files: someFilesSchema,
        add: z.array(z.string().min(1).max(100)).default([]),
        remove: z.array(z.string()).default([]),
      }),
    )
    .output(z.object({ changed: z.int() })),
};
