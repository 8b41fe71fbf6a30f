/** Encoding of many images with a checkpoint, in the training thread. */
import { KindredError } from '#base/errors.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { DataSource } from './data-source.ts';
import { deviceMemory } from './device-memory.ts';
import { embedJudged } from './judged-images.ts';
import type { EmbedJob, TrainingResult } from './messages.ts';
import type { ThreadLink } from './thread-link.ts';
import { wireLooks } from './wiring.ts';

/** Parts go out in order, each after the one before was stored; the next one is encoded meanwhile. */
export async function embedInThread(
  { plan, runFolder, request, checkpoint, precision }: EmbedJob,
  link: ThreadLink,
): Promise<TrainingResult> {
  const recipe: Recipe = plan.config;
  const { contentHashes: hashes, look, output } = request;
  const source = await DataSource.open({
    recipe,
    seed: plan.config.seed,
    cacheFolder: request.cacheFolder,
    cacheSide: plan.cacheSide,
    images: [],
    judged: hashes,
  });
  const runner = await wireLooks(recipe, {
    threads: plan.threads,
    precision,
    compiled: plan.config.compiled,
    looks: { [look]: source.looks[look] },
    state: checkpoint.state,
    memory: deviceMemory(runFolder),
    warn: (message) => link.tell({ kind: 'log', level: 'warning', message }),
  });
  const rows = Array.from(hashes, (_, i) => i);
  let dimensions = 0;
  let first = 0;
  let stored = Promise.resolve();
  try {
    for await (const part of embedJudged(source, runner.embed, rows, look, output)) {
      await stored;
      if (link.isPauseRequested())
        throw new KindredError('job.interrupted', 'Embedding was interrupted; ask again to go on.');
      dimensions = part.dimensions;
      stored = link.sendVectors(first, part.values, dimensions);
      first += source.looks[look].images;
    }
    await stored;
    return { kind: 'embed', result: { checkpointStep: checkpoint.meta.step, dimensions } };
  } finally {
    runner.dispose();
    await source.close();
  }
}
