import { expect, it } from 'vitest';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { recipeStep } from '#hosts/compute/recipe-step.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { graphBytes } from '#tensorflow/compiled-step/graph-bytes.ts';
import { compileStep } from '#tensorflow/runners/compiled-runner.ts';

/** Processor time; alone it takes a third of a second and 84 MB. */
const MOST_SECONDS = 2;
const MOST_BYTES = 300e6;

it.each([32, 4096])(
  'records the step of ResNet-50 with %i images, whatever their number, in a moment',
  async (batchSize) => {
    await loadTensorFlow({ threads: null });
    const recipe = trainingConfigSchema.parse({ side: 96, batchSize, encoder: { depth: 50, width: 1, stem: 'large' } });
    const [beforeBytes, beforeTime] = [process.memoryUsage.rss(), process.cpuUsage()];
    const graph = graphBytes(compileStep(recipeStep(recipe, 161), 'bfloat16'));
    const { user, system } = process.cpuUsage(beforeTime);
    const [seconds, bytes] = [(user + system) / 1e6, process.memoryUsage.rss() - beforeBytes];
    expect(graph.length).toBeGreaterThan(100_000);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    expect(bytes).toBeLessThan(MOST_BYTES);
  },
);
