/** Looking at files: every answer comes from the reader's thread. Changing what is said of them: application/editing. */
import type { FileId } from '#base/ids.ts';
import { readFileSet } from '#contract/studio/file-set.ts';
import { studio } from './implementer.ts';

const { file } = studio;

export const fileProcedures = {
  open: file.open.handler(({ input, context }) => context.session.reader.ask('open', input.filter, input.sort)),
  page: file.page.handler(async ({ input, context }) => ({
    cells: await context.session.reader.ask('page', input.listingId, input.start, input.count),
  })),
  ids: file.ids.handler(async ({ input, context }) => ({
    ids: await context.session.reader.ask('ids', input.listingId, input.start, input.end),
  })),
  facets: file.facets.handler(({ input, context }) => context.session.reader.ask('facets', input.filter, input.more)),
  details: file.details.handler(({ input, context }) => context.session.reader.ask('details', input.id)),
  setLabel: file.setLabel.handler(({ input, context: { session } }) => {
    const changed = session.edits.setLabel(readFileSet(input.files) as FileId[], input.label);
    session.changed('files', 'undo');
    return { changed };
  }),
  setTags: file.setTags.handler(({ input, context: { session } }) => {
    const changed = session.edits.setTags(readFileSet(input.files) as FileId[], input.add, input.remove);
    session.changed('files', 'undo');
    return { changed };
  }),
};
