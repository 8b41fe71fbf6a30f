/** Views of a dataset that are kept by name: which of its files, in what order. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { fileFilterSchema, fileSortSchema } from './files.ts';

export const viewSettingsSchema = z.strictObject({
  filter: fileFilterSchema.omit({ datasetId: true }),
  sort: fileSortSchema,
});

export const savedViewSchema = viewSettingsSchema.extend({ name: z.string().trim().min(1).max(100) });
export type SavedView = z.infer<typeof savedViewSchema>;

const ofDataset = z.strictObject({ datasetId: z.int() });

export const viewContract = {
  /** By name. */
  list: oc.input(ofDataset).output(z.array(savedViewSchema)),
  /** In place of one of the same name; undoable, as is `remove`. */
  save: oc.input(ofDataset.extend({ view: savedViewSchema })).output(z.object({})),
  remove: oc.input(ofDataset.extend({ name: z.string() })).output(z.object({})),
};
