/** Erasing in the studio: a job, which nothing is imported beside, and which a later start goes on with. */
import { datasetsToErase, eraseRemoved, giveUpDataset } from '#application/erase-datasets.ts';
import type { Dataset } from '#application/ports/library.ts';
import { refuseWhileTraining } from '#application/remove-dataset.ts';
import { isolated } from '#contract/isolated-name.ts';
import type { StudioSession } from './studio-session.ts';

/** Takes a dataset out of sight for good, durably, and begins to erase it. @throws KindredError `run.active`. */
export async function eraseDataset(session: StudioSession, { id, name }: Dataset): Promise<void> {
  refuseWhileTraining(session.stores, id);
  await giveUpDataset(session.stores, id);
  startErasing(session, `Erasing ${isolated(name)}`);
}

/** Erases what an earlier process left, and what was removed too long ago to be brought back. */
export function eraseRemovedDatasets(session: StudioSession): void {
  if (datasetsToErase(session.stores, Date.now()).length > 0) startErasing(session, 'Erasing what was removed');
}

function startErasing(session: StudioSession, title: string): void {
  session.jobs.start('erase', title, async ({ signal, report }) => {
    await session.imports.run(async () => {
      const traces = await session.wiring.traces();
      const onProgress = (share: number, files: number): void =>
        report(
          share,
          `${Math.floor(100 * share)} % of ${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}`,
        );
      await eraseRemoved({ stores: session.stores, traces }, Date.now(), { signal, onProgress });
    });
    // Nothing of it stays in what is kept of all files.
    await session.index.ask('readAnew');
    await session.maps.forgetGone();
    return null;
  });
}
