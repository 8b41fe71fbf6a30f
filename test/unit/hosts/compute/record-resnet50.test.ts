import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { recipeStep } from '#hosts/compute/recipe-step.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { graphBytes } from '#tensorflow/compiled-step/graph-bytes.ts';
import { compileStep } from '#tensorflow/runners/compiled-runner.ts';

/** Processor time, and the most memory beyond what was held before: alone a third of a second and 86 MB. */
const MOST_SECONDS = 2;
const MOST_BYTES = 300e6;

/** Resident memory of this process in bytes: now (VmRSS), and the most since `forgetPeak` (VmHWM). */
function residentBytes(field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))![1];
  return 1024 * Number(kilobytes);
}

/** See proc(5), clear_refs. */
const forgetPeak = (): void => writeFileSync('/proc/self/clear_refs', '5');

it.for([32, 4096])(
  'records the step of ResNet-50 with %i images, whatever their number, in a moment',
  async (batchSize, { skip }) => {
    if (process.platform !== 'linux') skip('Only Linux tells the most memory of a while.');
    await loadTensorFlow({ threads: null });
    const recipe = trainingConfigSchema.parse({ side: 96, batchSize, encoder: { depth: 50, width: 1, stem: 'large' } });
    forgetPeak();
    const [beforeBytes, beforeTime] = [residentBytes('VmRSS'), process.cpuUsage()];
    const graph = graphBytes(compileStep(recipeStep(recipe, 161), 'bfloat16'));
    const { user, system } = process.cpuUsage(beforeTime);
    const [seconds, bytes] = [(user + system) / 1e6, residentBytes('VmHWM') - beforeBytes];
    expect(graph.length).toBeGreaterThan(100_000);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    expect(bytes).toBeLessThan(MOST_BYTES);
  },
);
