/** Encoding of many images with a checkpoint, in the training thread. */
import { KindredError } from '#base/errors.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { DataSource } from './data-source.ts';
import type { EmbedJob, TrainingResult } from './messages.ts';
import { EMBED_BATCH } from './recipe-step.ts';
import type { ThreadLink } from './thread-link.ts';
import { wireDevice } from './wiring.ts';

/** Batches go out in order, each after the one before was stored. */
export async function embedInThread(
  { plan, request, checkpoint }: EmbedJob,
  link: ThreadLink,
): Promise<TrainingResult> {
  const recipe: Recipe = plan.config;
  const hashes = request.contentHashes;
  const source = await DataSource.open({
    recipe,
    seed: plan.config.seed,
    cacheFolder: request.cacheFolder,
    cacheSide: plan.cacheSide,
    images: [],
    judged: hashes,
  });
  const device = await wireDevice(recipe, {
    threads: plan.threads,
    precision: 'float32',
    compiled: plan.config.compiled,
    canvasSide: source.canvasSide,
    state: checkpoint.state,
    memory: null,
    warn: (message) => link.tell({ kind: 'log', level: 'warning', message }),
  });
  let dimensions = 0;
  const rows = Array.from(hashes, (_, i) => i);
  const partAt = (first: number) => source.judged(rows.slice(first, first + EMBED_BATCH), request.look);
  try {
    let next = hashes.length > 0 ? partAt(0) : null;
    for (let first = 0; next !== null; first += EMBED_BATCH) {
      const canvas = await next;
      next = first + EMBED_BATCH < hashes.length ? partAt(first + EMBED_BATCH) : null;
      const { pixels, count } = device.draw(request.look, canvas);
      const values = await device.runner.embed(pixels, count, request.output);
      dimensions = values.length / count;
      await link.sendVectors(first, values, dimensions);
      if (link.isPauseRequested())
        throw new KindredError('job.interrupted', 'Embedding was interrupted; ask again to go on.');
    }
    return { kind: 'embed', result: { checkpointStep: checkpoint.meta.step, dimensions } };
  } finally {
    device.runner.dispose();
    await source.close();
  }
}
