import { oc } from '@orpc/contract';
import { z } from 'zod';

export const datasetSummarySchema = z.object({
  id: z.int(),
  name: z.string(),
  roots: z.array(z.string()),
  files: z.int(),
  images: z.int(),
  problems: z.int(),
  missing: z.int(),
  labels: z.int(),
  /** Why sub-folders were taken for labels, or why not: a sentence. */
  labelReason: z.string(),
  usesFolderLabels: z.boolean(),
  medianShortSidePx: z.int().nullable(),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;

const removalSchema = z.object({ files: z.int(), images: z.int(), userLabels: z.int(), userTags: z.int() });

const uploadedFolderSchema = z.strictObject({
  batch: z.string().regex(/^[0-9a-f]{32}$/),
  /** Of the folder. */
  name: z.string().min(1).max(200),
});

const earlierFileSchema = z.object({
  /** Said instead of sending it; see contract/uploads.ts. */
  sameAs: z.string(),
  relativePath: z.string(),
  sizeBytes: z.int(),
  modifiedMs: z.number(),
});

export const datasetContract = {
  list: oc.output(z.array(datasetSummarySchema)),
  /** Starts an import job of folders or files by their paths on this computer. */
  import: oc
    .input(z.strictObject({ paths: z.array(z.string().min(1)).min(1).max(1000), name: z.string().max(200).optional() }))
    .output(z.object({ jobId: z.string() })),
  /**
   * Imports what a browser uploaded as `batch` (contract/uploads.ts). A folder that was uploaded before takes its own
   * place; another of its name becomes a data set of its own. `isPartial`: more of it is on its way, and this is to be
   * looked at meanwhile; nothing is said when it is done. `shown`: how many of its files were brought in so before.
   */
  importUpload: oc
    .input(uploadedFolderSchema.extend({ isPartial: z.boolean().default(false), shown: z.int().min(0).default(0) }))
    .output(z.object({ jobId: z.string() })),
  /**
   * Relative paths of a batch that are here already, so that an interrupted upload goes on, and the files of earlier
   * uploads of such a folder: one that has not changed since need not be sent.
   */
  uploaded: oc
    .input(uploadedFolderSchema)
    .output(z.object({ relativePaths: z.array(z.string()), earlier: z.array(earlierFileSchema) })),
  importSample: oc.output(z.object({ jobId: z.string() })),
  rescan: oc.input(z.strictObject({ id: z.int() })).output(z.object({ jobId: z.string() })),
  rename: oc.input(z.strictObject({ id: z.int(), name: z.string().min(1).max(200) })).output(z.object({})),
  /** Whether sub-folders are labels or tags; undoable. */
  setFolderLabels: oc
    .input(z.strictObject({ id: z.int(), usesFolderLabels: z.boolean() }))
    .output(z.object({ jobId: z.string() })),
  /** What `remove` would take out of the library, for the question before it. */
  removal: oc.input(z.strictObject({ id: z.int() })).output(removalSchema),
  /**
   * Takes the dataset out of the library with what was said of images only it holds; never touches originals. Undoable,
   * but for one that goes for good: it is out of sight at once, and a job erases it.
   */
  remove: oc.input(z.strictObject({ id: z.int(), isForGood: z.boolean().default(false) })).output(removalSchema),
};

/** Work that takes a while: import, erasing, images decoded for a run, embedding, projection. Runs have their own states. */
export const jobSchema = z.object({
  id: z.string(),
  /** An `edit` does not stop when it is asked to: an act that has begun is carried out to its end, and can be undone. */
  kind: z.enum(['import', 'erase', 'prepare', 'embed', 'project', 'edit']),
  title: z.string(),
  /** In [0, 1], or null while the amount is not known. */
  share: z.number().nullable(),
  /** What has been done in words: "1,204 of 50,000 files". */
  detail: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  message: z.string().nullable(),
});
export type Job = z.infer<typeof jobSchema>;

export const jobContract = {
  list: oc.output(z.array(jobSchema)),
  cancel: oc.input(z.strictObject({ id: z.string() })).output(z.object({})),
};

export const undoContract = {
  /** What the next undo and redo would do, in words. */
  peek: oc.output(z.object({ undo: z.string().nullable(), redo: z.string().nullable() })),
  undo: oc.output(z.object({ done: z.string().nullable() })),
  redo: oc.output(z.object({ done: z.string().nullable() })),
};
