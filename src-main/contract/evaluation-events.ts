import { z } from 'zod';

/** A judgement of an encoder, with all that is needed to make it again. */
export const evaluationFinishedSchema = z.strictObject({
  event: z.literal('evaluate.finished'),
  protocol: z.enum(['knn', 'linear', 'retrieval']),
  /** Share of the judged images that were right, in [0, 1]. */
  top1: z.number(),
  /** What guessing would reach. */
  chance: z.number(),
  /** Neighbours that voted; null unless kNN. */
  k: z.int().nullable(),
  /** τ of the votes; null unless kNN. */
  temperature: z.number().nullable(),
  /** kNN with other k, from the same neighbours. */
  otherK: z.array(z.strictObject({ k: z.int(), top1: z.number() })).readonly(),
  /** Penalty chosen; null unless linear. scikit-learn's C is 1 / (trained · l2). */
  l2: z.number().nullable(),
  /** Images judged. */
  n: z.int(),
  /** Labelled images it was judged by: the bank of kNN, the training rows of the linear probe. 0 for retrieval. */
  trained: z.int(),
  /** Names of the classes, in the order of `confusion`. */
  classes: z.array(z.string()).readonly(),
  /** Counts, one row a true class, one column a predicted one; empty for retrieval. */
  confusion: z.array(z.array(z.int())).readonly(),
  /** Where the judged images come from. */
  split: z.enum(['test', 'val', 'dataset', 'held-out-fifth', 'held-out-of-training', 'seeded-choice']),
  seed: z.int(),
  output: z.enum(['h', 'z']),
  runId: z.string(),
  checkpointStep: z.int(),
  trainDataset: z.string(),
  testDataset: z.string(),
  /** True when a judged image was among those the run trained on: then it is not to be put beside published numbers. */
  pretrainedOnTest: z.boolean(),
  /** What to know about the number, in words. */
  notes: z.array(z.string()).readonly(),
  seconds: z.number(),
});
export type Evaluation = Readonly<Omit<z.infer<typeof evaluationFinishedSchema>, 'event'>>;
