/** The worker of `project`: UMAP blocks its thread while it runs, so it has one of its own. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type * as EmbeddingAtlas from 'embedding-atlas';
import type { ProjectionMessage, ProjectionTask } from './projection.ts';

// The package exports its whole viewer from `.`; the projection alone lies beside it and loads in milliseconds.
const entry = createRequire(import.meta.url).resolve('embedding-atlas');
const { createUMAP } = (await import(pathToFileURL(join(dirname(entry), 'umap.js')).href)) as typeof EmbeddingAtlas;

const port = parentPort!;
const send = (message: ProjectionMessage, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
const { vectors, count, dimension, seed, neighbours } = workerData as ProjectionTask;

/** The neighbour graph takes about a seventh of the time, the layout the rest. */
const GRAPH_SHARE = 0.15;
/** As UMAP's authors choose it. */
const epochs = count > 10_000 ? 200 : 500;

const umap = await createUMAP(count, dimension, 2, vectors, {
  metric: 'cosine',
  nNeighbors: neighbours,
  nEpochs: epochs,
  seed,
  progress: (share) => send({ kind: 'progress', share: share * GRAPH_SHARE }),
});
// The learning rate falls linearly, as in one run of all epochs, which would say nothing until its end.
for (let epoch = 0; epoch < epochs; epoch++) {
  umap.setParameters({ learningRate: 1 - epoch / epochs });
  await umap.step(1);
  send({ kind: 'progress', share: GRAPH_SHARE + ((1 - GRAPH_SHARE) * (epoch + 1)) / epochs });
}
const positions = new Float32Array(umap.embedding);
umap.destroy();
send({ kind: 'done', positions }, [positions.buffer]);
