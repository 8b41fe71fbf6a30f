/** Loss, optimizers, schedules and whole steps against PyTorch, lightly and NumPy. Numbers: make_training.py. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { trainingConfigSchema, type TrainingConfigInput } from '#contract/training-config.ts';
import { ntXentLoss } from '#simclr/losses/nt-xent.ts';
import { contrastiveStepFromViews } from '#simclr/objectives/contrastive-step.ts';
import { slotName, slotNames } from '#simclr/optimizers/slot-names.ts';
import { updatedState } from '#simclr/optimizers/update.ts';
import type { ParameterSpec } from '#simclr/parameter-spec.ts';
import { optimizerSlotSpecs, parameterSpecs } from '#simclr/parameters.ts';
import { learningRateAt } from '#simclr/schedules/learning-rate.ts';
import type { TensorMap } from '#simclr/tensor-map.ts';
import { valueAndGradients } from '#simclr/value-and-gradients.ts';
import { expectClose } from '#test/support/closeness.ts';
import { formulaNumbers, formulaPixels, formulaWeights } from '#test/support/formula-weights.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { tensorsOf } from '#test/support/state-tensors.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

interface Numbers {
  readonly ntXent: readonly {
    readonly temperature: number;
    readonly rows: number;
    readonly size: number;
    readonly scale: number;
    readonly loss: number;
    readonly gradient: readonly number[];
  }[];
  readonly rates: readonly number[];
  readonly optimizers: readonly {
    readonly name: string;
    readonly settings: NonNullable<TrainingConfigInput['optimizer']>;
    readonly after: readonly (readonly number[])[];
  }[];
  readonly schedules: readonly {
    readonly peak: number;
    readonly warmup: number;
    readonly total: number;
    readonly rates: readonly number[];
  }[];
  readonly training: {
    readonly rates: readonly number[];
    readonly steps: readonly { readonly loss: number; readonly gradientNorm: number }[];
    readonly ends: Readonly<Record<string, readonly number[]>>;
  };
}

const numbers = JSON.parse(readFileSync(new URL('training.json', import.meta.url), 'utf8')) as Numbers;

checkTensorLeaks('cpu');

describe('ntXentLoss', () => {
  it.each(numbers.ntXent)('[NX1] equals lightly’s at τ = $temperature, $rows rows × $scale', (example) => {
    const { temperature, rows, size, scale, loss, gradient } = example;
    tf.tidy(() => {
      const values = formulaNumbers(`projections ${rows}`, rows * size).map((value) => value * scale);
      const projections = tf.tensor2d(values, [rows, size]);
      const result = valueAndGradients({ projections }, () => ({
        value: ntXentLoss(projections, temperature),
        others: {},
      }));
      expectClose(result.value.dataSync(), [loss], 1e-5, 'loss');
      const largest = Math.max(...gradient.map(Math.abs));
      const relative = (values: ArrayLike<number>) => Array.from(values, (value) => value / largest);
      expectClose(relative(result.gradients['projections']!.dataSync()), relative(gradient), 1e-5, 'gradient');
    });
  });
});

describe('updatedState', () => {
  it.each(numbers.optimizers)(
    '[OPT1] moves weights as the other implementation: $name',
    ({ name, settings, after }) => {
      const { optimizer } = trainingConfigSchema.parse({ optimizer: settings });
      const kind = name === 'lars, not adapted' ? 'bias' : 'kernel';
      const spec: ParameterSpec = { name: 'w', shape: [3, 4], kind, start: { kind: 'constant', value: 0 } };
      tf.tidy(() => {
        let state: TensorMap = { w: tf.tensor2d(formulaNumbers('optimizer weight', 12), [3, 4]) };
        for (const slot of slotNames(optimizer)) state = { ...state, [slotName(slot, 'w')]: tf.zeros([3, 4]) };
        after.forEach((expected, t) => {
          const gradients = { w: tf.tensor2d(formulaNumbers(`optimizer gradient ${t}`, 12), [3, 4]) };
          const inputs = { learningRate: tf.scalar(numbers.rates[t]!), step: tf.scalar(t) };
          state = updatedState(optimizer, [spec], state, gradients, inputs);
          expectClose(state['w']!.dataSync(), expected, 1e-5, `after update ${t + 1}`);
        });
      });
    },
  );
});

describe('learningRateAt', () => {
  it.each(numbers.schedules)('[LR3] follows PyTorch’s cosine to 0 from $peak over $total steps', (example) => {
    const { peak, warmup, total, rates } = example;
    const recipe = trainingConfigSchema.parse({
      optimizer: { learningRateRule: 'constant', baseLearningRate: peak },
      schedule: { warmupEpochs: warmup / 10 },
    });
    const length = { totalSteps: total, stepsPerEpoch: 10 };
    const actual = rates.map((_, step) => learningRateAt(recipe, step, length));
    expectClose(actual, rates, 1e-8, 'rate');
  });
});

describe('contrastiveStepFromViews', () => {
  it('[STEP2] reaches PyTorch’s losses, weights and running statistics over four updates', () => {
    const recipe = smallRecipe({ side: 16, optimizer: { nesterov: true } });
    const step = contrastiveStepFromViews(recipe);
    const views = tf.tensor4d(formulaPixels('views', 8 * 16 * 16 * 3), [8, 16, 16, 3]);
    const slots = optimizerSlotSpecs(recipe).map(({ name, shape }) => [name, tf.zeros([...shape])] as const);
    let state: TensorMap = { ...tensorsOf(formulaWeights(parameterSpecs(recipe))), ...Object.fromEntries(slots) };
    numbers.training.steps.forEach((expected, i) => {
      const learningRate = tf.scalar(numbers.training.rates[i]!);
      const result = step(state, { views, learningRate });
      const { loss, gradientNorm } = result.outputs;
      expectClose(loss!.dataSync(), [expected.loss], 1e-5, `loss of step ${i}`);
      expectClose(gradientNorm!.dataSync(), [expected.gradientNorm], 1e-4, `gradient norm of step ${i}`);
      tf.dispose([state, result.outputs, learningRate]);
      state = result.state;
    });
    expect(Object.keys(numbers.training.ends).length).toBeGreaterThan(40);
    for (const [name, expected] of Object.entries(numbers.training.ends)) {
      expectClose(state[name]!.dataSync(), expected, 1e-4, name);
    }
    tf.dispose([state, views]);
  });
});
