/** The views that training draws, by our own operation and as one graph from uint8 pixels, against torchvision's. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { DRAW_VIEWS } from '#simclr/ops/kernel-names.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { compileGraph } from '#tensorflow/compiled-step/compile.ts';
import { readBytes } from '#tensorflow/compiled-step/passes/read-bytes.ts';
import type { TensorTypes } from '#tensorflow/compiled-step/record.ts';
import { Session } from '#tensorflow/compiled-step/session.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { chainInputs, drawnEagerly, expectChain } from './torchvision-chains.ts';
import { torchvisionNumbers } from './torchvision-numbers.ts';

checkNativeTensorLeaks();

const passes = [
  ['as recorded', []],
  ['reading bytes', [readBytes]],
] as const;

describe.each(torchvisionNumbers.chains)('[V1] whole views at $side px', (chain) => {
  const inputsOfChain = chainInputs(chain);
  const { plan, canvas, numbers, slotOfRow } = inputsOfChain;

  it('by one operation', () => {
    expect(tf.getKernel(DRAW_VIEWS, tf.getBackend())).toBeDefined();
    expectChain(chain, drawnEagerly(inputsOfChain));
  });

  it.each(passes)('[V13] compiled, %s', (_, some) => {
    const inputs: TensorTypes = new Map([
      ['canvas', { dtype: 'uint8', shape: canvas.shape }],
      ['numbers', { dtype: 'float32', shape: numbers.shape }],
      ['slotOfRow', { dtype: 'int32', shape: slotOfRow.shape }],
    ]);
    const run = (_state: unknown, given: Readonly<Record<string, tf.Tensor>>) => ({
      state: {},
      outputs: {
        views: drawViews(
          plan,
          given['canvas'] as tf.Tensor4D,
          given['numbers'] as tf.Tensor2D,
          given['slotOfRow'] as tf.Tensor1D,
        ),
      },
    });
    const session = new Session(
      compileGraph(new Map(), new Map([['views', { run, inputs, guards: [], passes: some }]])),
    );
    const drawn = session.run('views', new Map(Object.entries({ canvas, numbers, slotOfRow }))).get('views')!;
    session.dispose();
    expectChain(chain, drawn.values as Float32Array);
  });
});
