import { z } from 'zod';

/** Now and then while an import works. */
export const importProgressSchema = z.discriminatedUnion('phase', [
  z.strictObject({ event: z.literal('import.progress'), phase: z.literal('scanning'), found: z.int() }),
  z.strictObject({
    event: z.literal('import.progress'),
    phase: z.literal('reading'),
    /** Files read, of those that had to be. */
    done: z.int(),
    total: z.int(),
    problems: z.int(),
    filesPerSecond: z.number(),
    remainingMs: z.number().nullable(),
  }),
]);

/** The last word of an import. Counts are of files unless they say images. */
export const importFinishedSchema = z.strictObject({
  event: z.literal('import.finished'),
  dataset: z.string(),
  datasetId: z.int(),
  /** Files present in the dataset, the different images among them, paths that can't be used, files that are gone. */
  files: z.int(),
  images: z.int(),
  problems: z.int(),
  missing: z.int(),
  /** What this import found, compared with the library before. */
  new: z.int(),
  changed: z.int(),
  moved: z.int(),
  unchanged: z.int(),
  /** Bytes changed, pixels not, so tags and labels went over; among `changed`. */
  carriedOver: z.int(),
  /** How many different labels the dataset has, and why. */
  labels: z.int(),
  labelReason: z.string(),
  /** Files whose bytes were read. */
  read: z.int(),
  seconds: z.number(),
  /** Files read a second, over the whole import. */
  imagesPerSecond: z.number(),
});

export type ImportProgressEvent = Readonly<z.infer<typeof importProgressSchema>>;
export type ImportFinishedEvent = Readonly<z.infer<typeof importFinishedSchema>>;
