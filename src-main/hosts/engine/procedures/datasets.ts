import { renameDataset } from '#application/rename-dataset.ts';
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { fileURLToPath } from 'node:url';
import type { Carried } from '#application/editing/edits.ts';
import type { Dataset } from '#application/ports/library.ts';
import { isolated } from '#contract/isolated-name.ts';
import { eraseDataset } from '../erase-jobs.ts';
import { requestFor, startImport, startUploadImport } from '../import-jobs.ts';
import type { StudioSession } from '../studio-session.ts';
import { uploadedFiles } from '../upload-imports.ts';
import { studio } from './implementer.ts';

const SAMPLE = fileURLToPath(new URL('../../../../resources/sample', import.meta.url));

/** @throws KindredError `dataset.missing`. */
export function requireDataset(session: StudioSession, id: number): Dataset {
  const dataset = session.stores.datasets.find(id as DatasetId);
  if (dataset !== null) return dataset;
  throw new KindredError('dataset.missing', 'This data set is no longer in the library.', { id });
}

/** Looks again at all folders of a dataset. */
function rescan(session: StudioSession, dataset: Dataset): string {
  return startImport(session, `Looking at ${isolated(dataset.name)} again`, requestFor(dataset));
}

const { dataset } = studio;

export const datasetProcedures = {
  list: dataset.list.handler(({ context: { session } }) => session.index.ask('datasets')),
  import: dataset.import.handler(({ input, context: { session } }) => ({
    jobId: startImport(session, 'Adding images', { folders: input.paths, name: input.name ?? null }),
  })),
  importUpload: dataset.importUpload.handler(({ input, context: { session } }) => ({
    jobId: startUploadImport(session, input),
  })),
  uploaded: dataset.uploaded.handler(({ input, context: { session } }) => uploadedFiles(session, input)),
  importSample: dataset.importSample.handler(({ context: { session } }) => ({
    jobId: startImport(session, 'Adding sample images', { folders: [SAMPLE], name: 'Sample images' }),
  })),
  rescan: dataset.rescan.handler(({ input, context: { session } }) => ({
    jobId: rescan(session, requireDataset(session, input.id)),
  })),
  rename: dataset.rename.handler(({ input, context: { session } }) => {
    renameDataset(session.stores, requireDataset(session, input.id).name, input.name);
    session.changed('datasets');
    return {};
  }),
  setFolderLabels: dataset.setFolderLabels.handler(async ({ input, context: { session } }) => {
    const found = requireDataset(session, input.id);
    await session.edits.setFolderLabels(found.id, input.usesFolderLabels ? 'always' : 'never');
    session.changed('undo');
    return { jobId: rescan(session, found) };
  }),
  removal: dataset.removal.handler(({ input, context: { session } }) =>
    session.index.ask('removalCounts', requireDataset(session, input.id).id),
  ),
  remove: dataset.remove.handler(async ({ input, context: { session } }) => {
    const found = requireDataset(session, input.id);
    const removal = await session.index.ask('removalCounts', found.id);
    if (input.isForGood) await eraseDataset(session, found);
    else await session.edits.removeDataset(found, removal.files);
    session.maps.stop(found.id);
    session.changed('datasets', 'files', 'encoder', 'runs', 'undo');
    return removal;
  }),
};

const { job, undo, event } = studio;

export const jobProcedures = {
  list: job.list.handler(({ context: { session } }) => session.jobs.list()),
  cancel: job.cancel.handler(({ input, context: { session } }) => {
    session.jobs.cancel(input.id);
    return {};
  }),
};

/** Folders are looked at again when what they mean was changed back. */
function afterUndo(session: StudioSession, carried: Carried | null): string | null {
  if (carried === null) return null;
  const { change } = carried;
  if (change.kind === 'savedView') session.changed('views', 'undo');
  else if (change.kind === 'encoderChoice') {
    session.embeddings.lookAtNew(change.datasetId);
    session.changed('encoder', 'undo');
  } else if (change.kind === 'datasetRemoval') session.changed('datasets', 'files', 'encoder', 'runs', 'views', 'undo');
  else session.changed('files', 'undo');
  const found = change.kind === 'folderLabels' ? session.stores.datasets.find(change.datasetId) : null;
  if (found !== null) rescan(session, found);
  return carried.summary;
}

export const undoProcedures = {
  peek: undo.peek.handler(({ context: { session } }) => session.edits.peek()),
  undo: undo.undo.handler(async ({ context: { session } }) => ({
    done: afterUndo(session, await session.edits.undo()),
  })),
  redo: undo.redo.handler(async ({ context: { session } }) => ({
    done: afterUndo(session, await session.edits.redo()),
  })),
};

export const eventProcedures = {
  watch: event.watch.handler(({ context: { session }, lastEventId, signal }) =>
    session.watch(lastEventId ?? null, signal ?? new AbortController().signal),
  ),
};
