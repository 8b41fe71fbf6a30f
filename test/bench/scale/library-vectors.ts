/** A finished run with the embeddings of a large library: clusters, one a label. */
import { join } from 'node:path';
import { CheckpointFolderStore } from '#checkpoints/checkpoint-store.ts';
import { libraryLayout } from '#application/library-layout.ts';
import { encoderKey } from '#application/encoder-key.ts';
import type { RunPlan } from '#application/ports/runs.ts';
import { openLibraryForWriting } from '#database/open-library.ts';
import type { DatasetId, RunId } from '#base/ids.ts';
import { RandomStream } from '#base/random.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { RunFolder } from '#hosts/compute/run-folder.ts';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { hashOf, labelOf } from './library-rows.ts';
import { DATASET_ID, DIMENSIONS, LABELS, RUN_ID, RUN_STEP, type LibrarySize } from './library-size.ts';

/** Rows appended at once. */
const PIECE = 20_000;
/** Of a vector's numbers around those of its label. */
const SPREAD = 0.7;

/** The run's row, its folder with a checkpoint of no arrays, and its embeddings. */
export async function writeRunWithVectors(folder: string, size: LibrarySize): Promise<void> {
  const layout = libraryLayout(folder);
  const runId = RUN_ID as RunId;
  const config = trainingConfigSchema.parse({});
  const plan: RunPlan = {
    formatVersion: 1,
    runId,
    name: 'archive',
    datasetId: DATASET_ID as DatasetId,
    config,
    images: [],
    judged: { protocol: 'none' },
    cacheFolder: layout.pixels,
    cacheSide: 32,
    threads: 0,
    versions: {},
  };
  new RunFolder(layout.runs, runId).writePlan(plan);
  const checkpoints = new CheckpointFolderStore(join(layout.runs, runId, 'checkpoints'), () => {});
  await checkpoints.open();
  const meta = { step: RUN_STEP, epoch: 1, elapsedMs: 1, metrics: {} };
  await checkpoints.write({ meta, state: new Map() }, ['final']);
  const library = openLibraryForWriting(folder, 'bench', 0);
  const progress = { step: RUN_STEP, totalSteps: RUN_STEP, elapsedMs: 1, loss: 1, headline: null };
  const ending = { failure: null, interruptedStep: null };
  const times = { createdMs: 1, startedMs: 1, endedMs: 2 };
  const run = { id: runId, name: plan.name, datasetId: plan.datasetId, status: 'finished' as const, config };
  library.stores.runs.insert({ ...run, ...times, ...progress, ...ending });
  library.close();
  await writeVectors(layout.vectors, encoderKey(runId, RUN_STEP, 'h'), size);
}

async function writeVectors(folder: string, key: string, { embeddings }: LibrarySize): Promise<void> {
  const random = new RandomStream(3, 'vectors');
  const centres = Array.from({ length: LABELS }, () =>
    Float32Array.from({ length: DIMENSIONS }, () => random.normal()),
  );
  const store = new EmbeddingStore(folder);
  for (let first = 1; first <= embeddings; first += PIECE) {
    const count = Math.min(PIECE, embeddings - first + 1);
    await store.append(
      key,
      Array.from({ length: count }, (_, i) => ({
        contentHash: hashOf(first + i).toString('hex'),
        vector: centres[labelOf(first + i)]!.map((value) => value + SPREAD * random.normal()),
      })),
    );
  }
}
