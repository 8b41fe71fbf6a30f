import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deviceMemory } from '#hosts/compute/device-memory.ts';
import { wireLooks } from '#hosts/compute/wiring.ts';
import { initialState } from '#simclr/initial-state.ts';
import { boxLengths } from '#simclr/views/evaluation-views.ts';
import type { StepInput } from '#training/ports.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

checkNativeTensorLeaks();

const SIDE = 16;
const IMAGES = 2;
const base = { precision: 'float32' as 'float32' | 'bfloat16', images: IMAGES, batchSize: 4, depth: 18 as 18 | 50 };

function inputs(images: number): ReadonlyMap<string, StepInput> {
  const values = Uint8Array.from({ length: images * 3 * SIDE * SIDE }, (_, i) => (i * 37) % 256);
  const box = { top: 0, left: 0, height: SIDE, width: SIDE };
  return new Map<string, StepInput>([
    ['canvas', { shape: [images, 3, SIDE, SIDE], dtype: 'uint8', values }],
    [
      'lengths',
      { shape: [2, images], dtype: 'float32', values: boxLengths(Array.from({ length: images }, () => box)) },
    ],
  ]);
}

/** h of made-up images by an encoder, as a process that only embeds makes it. */
async function embedded(runFolder: string, changes: Partial<typeof base> = {}): Promise<Float32Array> {
  const { precision, images, batchSize, depth } = { ...base, ...changes };
  const recipe = smallRecipe({ side: SIDE, batchSize, encoder: { depth } });
  const runner = await wireLooks(recipe, {
    threads: 2,
    compiled: true,
    precision,
    looks: { central: { images, canvasSide: SIDE } },
    state: initialState(recipe, 3),
    memory: deviceMemory(runFolder),
    warn: (message) => expect.fail(message),
  });
  try {
    return await runner.embed('central', inputs(images), 'h');
  } finally {
    runner.dispose();
  }
}

it('looks of a known configuration take their kept graph, whatever the batch was that was trained with', async () => {
  const library = temporaryFolder();
  const run = join(library, 'runs', 'r1');
  const first = await embedded(run);
  const [name] = readdirSync(join(library, 'graphs'));
  const file = join(library, 'graphs', name!);
  const { ino } = statSync(file);
  expect(await embedded(run)).toEqual(first);
  expect(await embedded(join(library, 'runs', 'r2'), { batchSize: 8 })).toEqual(first);
  // A graph that is recorded replaces the file.
  expect(readdirSync(join(library, 'graphs'))).toEqual([name]);
  expect(statSync(file).ino).toBe(ino);
});

it('looks that differ in precision, size or encoder have graphs of their own, and a damaged one is recorded anew', async () => {
  const library = temporaryFolder();
  const run = join(library, 'runs', 'r1');
  const first = await embedded(run);
  const graphs = join(library, 'graphs');
  const file = join(graphs, readdirSync(graphs)[0]!);
  for (const [i, change] of ([{ precision: 'bfloat16' }, { images: 4 }, { depth: 50 }] as const).entries()) {
    await embedded(run, change);
    expect(readdirSync(graphs)).toHaveLength(2 + i);
  }
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, 500));
  expect(await embedded(run)).toEqual(first);
  expect(readFileSync(file)).toEqual(whole);
});
