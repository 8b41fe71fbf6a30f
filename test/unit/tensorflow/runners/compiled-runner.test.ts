import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfigInput } from '#contract/training-config.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';
import { CompiledRunner } from '#tensorflow/runners/compiled-runner.ts';
import { EagerRunner } from '#tensorflow/runners/eager-runner.ts';
import type { StepRunner } from '#training/ports.ts';
import {
  contrastiveBatch,
  contrastiveDefinition,
  contrastiveState,
  uniformValues,
} from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

checkNativeTensorLeaks();

async function withRunner<T>(runner: StepRunner, use: (runner: StepRunner) => Promise<T>): Promise<T> {
  try {
    return await use(runner);
  } finally {
    runner.dispose();
  }
}

/** Losses of `count` steps, and the state after them. */
function trained(changes: TrainingConfigInput, kind: 'eager' | 'compiled', count: number, learningRate: number) {
  // Enough rows and pixels that batch norm doesn't blow rounding up.
  const recipe = smallRecipe({ side: 16, batchSize: 8, ...changes });
  const definition = contrastiveDefinition(recipe);
  const runner =
    kind === 'eager' ? new EagerRunner(definition, 'cpu') : new CompiledRunner(definition, 'float32', 'cpu');
  return withRunner(runner, async () => {
    await runner.writeState(contrastiveState(recipe, 5));
    const losses: number[] = [];
    for (let step = 0; step < count; step++) {
      const outputs = await runner.step(contrastiveBatch(recipe, step, learningRate * (1 + (step % 3))));
      losses.push(outputs['loss']!);
    }
    return { losses, state: await runner.readState() };
  });
}

function largestRelativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let scale = 1e-6;
  let error = 0;
  for (let i = 0; i < a.length; i++) {
    scale = Math.max(scale, Math.abs(b[i]!));
    error = Math.max(error, Math.abs(a[i]! - b[i]!));
  }
  return error / scale;
}

describe('CompiledRunner', () => {
  // The deep network gets fewer steps: its rounding grows with each of them, in both runners alike.
  const cases: readonly (readonly [string, TrainingConfigInput, number, number])[] = [
    ['SGD', {}, 0.005, 8],
    ['LARS', { optimizer: { kind: 'lars', weightDecay: 1e-6 } }, 0.03, 8],
    ['AdamW, which reads the step', { optimizer: { kind: 'adamw' } }, 0.0003, 8],
    ['the pooled stem and bottlenecks', { encoder: { depth: 50, stem: 'large', width: 0.25 }, side: 40 }, 0.003, 3],
    ['group norm', { encoder: { norm: 'group', width: 0.25 } }, 0.005, 8],
  ];
  for (const [name, changes, rate, steps] of cases) {
    it(`makes the eager runner's losses and state over ${steps} steps: ${name}`, async () => {
      const eager = await trained(changes, 'eager', steps, rate);
      const compiled = await trained(changes, 'compiled', steps, rate);
      expect(eager.losses.at(-1)).not.toBe(eager.losses[0]);
      eager.losses.forEach((loss, i) =>
        expect(Math.abs(compiled.losses[i]! / loss - 1), `step ${i}`).toBeLessThan(1e-4),
      );
      expect([...compiled.state.keys()]).toEqual([...eager.state.keys()]);
      for (const [path, { values, shape }] of eager.state) {
        expect(compiled.state.get(path)?.shape, path).toEqual(shape);
        expect(largestRelativeError(compiled.state.get(path)!.values, values), path).toBeLessThan(5e-3);
      }
    });
  }

  it("makes the eager runner's losses over 200 steps", async () => {
    // Of eight images batch norm makes the smallest difference grow; of 32 the two can be compared this long.
    const network: TrainingConfigInput = { side: 8, batchSize: 32, encoder: { width: 0.25 } };
    const eager = await trained(network, 'eager', 200, 0.005);
    const compiled = await trained(network, 'compiled', 200, 0.005);
    compiled.losses.forEach((loss, i) => expect(Math.abs(loss / eager.losses[i]! - 1), `step ${i}`).toBeLessThan(1e-4));
  }, 300_000);

  it('holds no more tensors after 200 steps than after 10', async () => {
    const recipe = smallRecipe();
    await withRunner(new CompiledRunner(contrastiveDefinition(recipe), 'float32', 'cpu'), async (runner) => {
      await runner.writeState(contrastiveState(recipe, 1));
      const counts: unknown[] = [];
      for (let step = 0; step < 200; step++) {
        await runner.step(contrastiveBatch(recipe, step % 4, 0.01));
        if (step === 9 || step === 199)
          counts.push([tf.memory().numTensors, nativeBackend().binding.getNumOfTensors()]);
      }
      expect(counts[1]).toEqual(counts[0]);
    });
  });

  it('leaves the state as it was when the loss is not finite, and says so', async () => {
    const recipe = smallRecipe();
    for (const runner of [
      new CompiledRunner(contrastiveDefinition(recipe), 'float32', 'cpu'),
      new EagerRunner(contrastiveDefinition(recipe), 'cpu'),
    ]) {
      await withRunner(runner, async () => {
        await runner.writeState(contrastiveState(recipe, 1));
        const batch = contrastiveBatch(recipe, 0, 0.01);
        batch.inputs.get('views')!.values[17] = Number.NaN;
        expect((await runner.step(batch))['loss']).toBeNaN();
        for (const [name, { values }] of contrastiveState(recipe, 1)) {
          expect((await runner.readState()).get(name)!.values, name).toEqual(values);
        }
        expect((await runner.step(contrastiveBatch(recipe, 0, 0.01)))['loss']).toBeGreaterThan(0);
      });
    }
  });

  it.each(['float32', 'bfloat16'] as const)(
    'goes on from a state read in the middle as if never stopped: %s',
    async (precision) => {
      const recipe = smallRecipe();
      const [first, second] = [0, 1].map(() => new CompiledRunner(contrastiveDefinition(recipe), precision, 'cpu'));
      await withRunner(first!, () =>
        withRunner(second!, async () => {
          await first!.writeState(contrastiveState(recipe, 2));
          for (let step = 0; step < 3; step++) await first!.step(contrastiveBatch(recipe, step, 0.05));
          await second!.writeState(await first!.readState());
          for (let step = 3; step < 6; step++) {
            const [one, other] = await Promise.all(
              [first!, second!].map((r) => r.step(contrastiveBatch(recipe, step, 0.05))),
            );
            expect(Math.abs(one!['loss']! / other!['loss']! - 1)).toBeLessThan(1e-6);
          }
        }),
      );
    },
  );

  it('keeps its state when the arrays it was given, and those it gave, are written over', async () => {
    const recipe = smallRecipe();
    await withRunner(new CompiledRunner(contrastiveDefinition(recipe), 'float32', 'cpu'), async (runner) => {
      const given = contrastiveState(recipe, 1);
      await runner.writeState(given);
      for (const { values } of given.values()) values.fill(7);
      for (const { values } of (await runner.readState()).values()) values.fill(8);
      for (const [name, { values }] of contrastiveState(recipe, 1)) {
        expect((await runner.readState()).get(name)!.values, name).toEqual(values);
      }
    });
  });

  it('embeds what it is shown as the eager runner does', async () => {
    const recipe = smallRecipe();
    const definition = contrastiveDefinition(recipe, 4);
    const shape = [4, 8, 8, 3];
    const inputs = new Map([['pixels', { dtype: 'float32' as const, shape, values: uniformValues(4 * 8 * 8 * 3, 3) }]]);
    await withRunner(new EagerRunner(definition, 'cpu'), (eager) =>
      withRunner(new CompiledRunner(definition, 'float32', 'cpu'), async (compiled) => {
        for (const runner of [eager, compiled]) await runner.writeState(contrastiveState(recipe, 1));
        for (const output of ['h', 'z'] as const) {
          const expected = await eager.embed('pixels', inputs, output);
          expect(expected.length % 4).toBe(0);
          expect(expected.some((value) => value !== 0)).toBe(true);
          expect(largestRelativeError(await compiled.embed('pixels', inputs, output), expected)).toBeLessThan(1e-5);
        }
      }),
    );
  });

  it('embeds without a step to train by', async () => {
    const recipe = smallRecipe();
    const { state, looks } = contrastiveDefinition(recipe, 4);
    const shape = [4, 8, 8, 3];
    const inputs = new Map([['pixels', { dtype: 'float32' as const, shape, values: uniformValues(4 * 8 * 8 * 3, 3) }]]);
    await withRunner(new CompiledRunner(contrastiveDefinition(recipe, 4), 'float32', 'cpu'), (whole) =>
      withRunner(new CompiledRunner({ state, looks, step: null }, 'float32', 'cpu'), async (alone) => {
        for (const runner of [whole, alone]) await runner.writeState(contrastiveState(recipe, 1));
        expect(await alone.embed('pixels', inputs, 'h')).toEqual(await whole.embed('pixels', inputs, 'h'));
        await expect(alone.step(contrastiveBatch(recipe, 0, 0.05))).rejects.toThrow('nothing is trained');
      }),
    );
  });

  it('refuses a state of another network by name', async () => {
    const recipe = smallRecipe();
    await withRunner(new CompiledRunner(contrastiveDefinition(recipe), 'float32', 'cpu'), async (runner) => {
      const wider = contrastiveState(smallRecipe({ head: { outputSize: 64 } }), 1);
      await expect(runner.writeState(wider)).rejects.toThrow(
        /"head\/.*" is float32 \[.*64\] where the network needs float32/,
      );
    });
  });
});
