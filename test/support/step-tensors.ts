/** Inputs and runs of a training step on the current backend. */
import * as tf from '@tensorflow/tfjs-core';
import { initialState } from '#simclr/initial-state.ts';
import type { Step } from '#simclr/objectives/contrastive-step.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { TensorMap } from '#simclr/tensor-map.ts';
import { formulaPixels } from './formula-weights.ts';
import { tensorsOf } from './state-tensors.ts';

/** Fixed views for a recipe: float32 [2N, S, S, 3] in [0, 1). The caller disposes. */
export function fixedViews({ batchSize, side }: Recipe, name = 'views'): tf.Tensor4D {
  const shape: [number, number, number, number] = [2 * batchSize, side, side, 3];
  return tf.tensor4d(formulaPixels(name, 2 * batchSize * side * side * 3), shape);
}

/** Inputs of `contrastiveStepFromViews`. The caller disposes. */
export function inputsFromViews(recipe: Recipe, step: number, learningRate: number): TensorMap {
  return { views: fixedViews(recipe), learningRate: tf.scalar(learningRate), step: tf.scalar(step) };
}

/** Numbers of every tensor. */
export function valuesOf(tensors: TensorMap): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync().slice() as Float32Array]),
  );
}

/** Runs `count` steps on the same views from the recipe's start and gives outputs of each and the last state. */
export function runSteps(recipe: Recipe, step: Step, count: number, learningRate: number) {
  let state = tensorsOf(initialState(recipe, 3));
  const outputs: Record<string, number>[] = [];
  for (let i = 0; i < count; i++) {
    const inputs = inputsFromViews(recipe, i, learningRate);
    const result = step(state, inputs);
    outputs.push(Object.fromEntries(Object.entries(valuesOf(result.outputs)).map(([name, [value]]) => [name, value!])));
    tf.dispose([state, inputs, result.outputs]);
    state = result.state;
  }
  const values = valuesOf(state);
  tf.dispose(state);
  return { outputs, state: values };
}
