/**
 * Opens a library, does a part of what a command does, and kills itself with −9 at a named place. For tests:
 * `node end-half-way.ts LIBRARY PLACE`.
 */
import { join } from 'node:path';
import type { RunPlan } from '#application/ports/runs.ts';
import { beginInParts } from '#application/editing/acts-in-parts.ts';
import type { LabelChange } from '#application/editing/file-change.ts';
import { giveUpDataset } from '#application/erase-datasets.ts';
import { queuedRun } from '#application/running/queued-run.ts';
import { type ImageId, makeRunId } from '#base/ids.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { openLibraryForWriting } from '#database/open-library.ts';
import { imageTraces } from '#hosts/cli/image-traces.ts';
import { libraryLayout } from '#application/library-layout.ts';
import { computeRunHost } from '#hosts/compute/client.ts';
import { EmbeddingStore } from '#vectors/embedding-store.ts';

const [folder, place] = process.argv.slice(2) as [string, string];
const layout = libraryLayout(folder);
const { stores } = openLibraryForWriting(folder, 'ending half-way', Date.now());
const host = computeRunHost(layout.runs);
const vectors = new EmbeddingStore(join(folder, 'vectors'));
const dataset = stores.datasets.list()[0]!;
const plan: RunPlan = {
  formatVersion: 1,
  runId: makeRunId(Date.now(), 0.5),
  name: 'half-way',
  datasetId: dataset.id,
  config: trainingConfigSchema.parse({}),
  images: [],
  judged: { protocol: 'none' },
  cacheFolder: '',
  cacheSide: 40,
  threads: 0,
  versions: {},
};
const die = (): boolean => process.kill(process.pid, 'SIGKILL');

if (place === 'before the row of a run') {
  await host.prepare(plan);
  die();
}
if (place === 'before a run begins') {
  await host.prepare(plan);
  stores.runs.insert(queuedRun(plan, Date.now()));
  die();
}
if (place === 'while removing a run') {
  await host.prepare(plan);
  stores.runs.insert(queuedRun(plan, Date.now()));
  void vectors.append(`${plan.runId}-0-h`, [{ contentHash: 'a'.repeat(64), vector: Float32Array.of(1) }]);
  host.putAside(plan.runId);
  die();
}
if (place === 'before the traces of a dataset') {
  await giveUpDataset(stores, dataset.id);
  die();
}
if (place === 'after the traces of a dataset') {
  await giveUpDataset(stores, dataset.id);
  await eraseTraces();
  die();
}
if (place === 'between the rows of a dataset') {
  await giveUpDataset(stores, dataset.id);
  await eraseTraces();
  stores.transaction(() => stores.datasets.filesOf(dataset.id, null).slice(0, 5).forEach(stores.datasets.removeFile));
  die();
}

if (place === 'when an act in parts has begun') {
  const images = stores.files.images(dataset.id).map(({ imageId }) => imageId);
  const act = { madeMs: 0, command: 'file.setLabel', summary: 'Labelled “mine”' };
  const changeOf = (some: readonly ImageId[]): LabelChange => ({
    kind: 'labels',
    labels: some.map((id) => [id, 'mine']),
  });
  await beginInParts(stores, act, images, changeOf, new AbortController().signal);
  die();
}

function eraseTraces(): Promise<void> {
  const hashes = stores.datasets.filesOf(dataset.id, null).flatMap(({ ownContentHash }) => ownContentHash ?? []);
  return imageTraces(layout, vectors).erase(hashes, () => {}, new AbortController().signal);
}
