/** What the engine tells every face as it happens. A face that lost the stream goes on from the last id it saw. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { jobSchema } from './datasets.ts';
import { runPointSchema, runSummarySchema } from './runs.ts';

export const studioEventSchema = z.discriminatedUnion('kind', [
  /** Something in the library changed: ask again for what is on screen. */
  z.object({
    kind: z.literal('library.changed'),
    what: z.enum(['datasets', 'files', 'runs', 'undo', 'encoder', 'views']),
  }),
  z.object({ kind: z.literal('job.changed'), job: jobSchema }),
  z.object({ kind: z.literal('run.changed'), run: runSummarySchema }),
  z.object({ kind: z.literal('run.progress'), id: z.string(), point: runPointSchema, advice: z.array(z.string()) }),
]);
export type StudioEvent = z.infer<typeof studioEventSchema>;

export const eventContract = { watch: oc.output(eventIterator(studioEventSchema)) };
