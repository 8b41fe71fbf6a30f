import { z } from 'zod';

/** Now and then while images are encoded. */
export const embedProgressSchema = z.strictObject({
  event: z.literal('embed.progress'),
  /** `pixels`: decoding into the cache. `encoding`: the encoder at work. */
  phase: z.enum(['pixels', 'encoding']),
  done: z.int(),
  total: z.int(),
});

export const embedFinishedSchema = z.strictObject({
  event: z.literal('embed.finished'),
  runId: z.string(),
  checkpointStep: z.int(),
  /** The folder below `vectors/` that holds the vectors. */
  encoderKey: z.string(),
  dataset: z.string(),
  /** Images of the dataset. */
  images: z.int(),
  embedded: z.int(),
  /** Were stored before. */
  alreadyThere: z.int(),
  /** Could not be decoded. */
  problems: z.int(),
  dimensions: z.int(),
  seconds: z.number(),
});
export type EmbedFinishedEvent = Readonly<z.infer<typeof embedFinishedSchema>>;
