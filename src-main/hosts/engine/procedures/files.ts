/** Looking at files: every answer comes from another thread. Changing what is said of them: application/editing. */
import type { FileId } from '#base/ids.ts';
import { readFileSet } from '#contract/studio/file-set.ts';
import { studio } from './implementer.ts';

const { file } = studio;

export const fileProcedures = {
  open: file.open.handler(async ({ input, context: { session } }) => {
    const ids = await session.index.ask('list', input.filter, input.sort);
    return { listingId: session.listings.add(ids), count: ids.length };
  }),
  page: file.page.handler(async ({ input, context: { session } }) => {
    const ids = session.listings.ids(input.listingId, input.start, input.start + input.count);
    return { cells: await session.cells.ask('cells', [...ids]) };
  }),
  ids: file.ids.handler(({ input, context: { session } }) => ({
    ids: [...session.listings.ids(input.listingId, input.start, input.end)],
  })),
  facets: file.facets.handler(({ input, context }) => context.session.index.ask('facets', input.filter, input.more)),
  details: file.details.handler(({ input, context }) => context.session.cells.ask('details', input.id)),
  setLabel: file.setLabel.handler(async ({ input, context: { session } }) => {
    const changed = await session.edits.setLabel(readFileSet(input.files) as FileId[], input.label);
    session.changed('files', 'undo');
    return { changed };
  }),
  setTags: file.setTags.handler(async ({ input, context: { session } }) => {
    const changed = await session.edits.setTags(readFileSet(input.files) as FileId[], input.add, input.remove);
    session.changed('files', 'undo');
    return { changed };
  }),
};
