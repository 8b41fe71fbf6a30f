import type { DatasetId } from '#base/ids.ts';
import { viewSettingsSchema } from '#contract/studio/views.ts';
import { requireDataset } from './datasets.ts';
import { studio } from './implementer.ts';

const { view } = studio;

export const viewProcedures = {
  list: view.list.handler(({ input, context: { session } }) =>
    session.stores.savedViews
      .list(input.datasetId as DatasetId)
      .map(({ name, settings }) => ({ name, ...viewSettingsSchema.parse(settings) })),
  ),
  save: view.save.handler(async ({ input, context: { session } }) => {
    const { name, ...settings } = input.view;
    await session.edits.saveView({ datasetId: requireDataset(session, input.datasetId).id, name, settings });
    session.changed('views', 'undo');
    return {};
  }),
  remove: view.remove.handler(async ({ input, context: { session } }) => {
    await session.edits.removeView(input.datasetId as DatasetId, input.name);
    session.changed('views', 'undo');
    return {};
  }),
};
