import { z } from 'zod';

/** One found image. */
export const searchMatchSchema = z.strictObject({
  event: z.literal('search.matched'),
  rank: z.int(),
  /** Cosine in [−1, 1] with the direction the examples give. */
  score: z.number(),
  imageId: z.int(),
  contentHash: z.string(),
  /** A present file that holds the image. */
  path: z.string(),
  label: z.string().nullable(),
});

/** The last word of a search. */
export const searchFinishedSchema = z.strictObject({
  event: z.literal('search.finished'),
  /** `run`: an encoder trained here. `baseline`: colour and shape, before any training. */
  encoder: z.enum(['run', 'baseline']),
  runId: z.string().nullable(),
  runName: z.string().nullable(),
  checkpointStep: z.int().nullable(),
  matches: z.int(),
  /** Images that were searched. */
  searched: z.int(),
  /** Images that pass the filters and that this encoder has not seen yet. */
  unseen: z.int(),
});
export type SearchMatch = Readonly<Omit<z.infer<typeof searchMatchSchema>, 'event'>>;
export type SearchSummary = Readonly<Omit<z.infer<typeof searchFinishedSchema>, 'event'>>;
