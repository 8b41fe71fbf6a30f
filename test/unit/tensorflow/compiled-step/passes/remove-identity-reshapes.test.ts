import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { removeIdentityReshapes } from '#tensorflow/compiled-step/passes/remove-identity-reshapes.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

describe('removeIdentityReshapes', () => {
  it('leaves out what changes no shape, and nothing else', () => {
    const program = recordProgram({
      state: new Map(),
      inputs: new Map([['x', { dtype: 'float32', shape: [2, 3] }]]),
      run: (_state, { x }) => {
        const doubled = tf.add(x!, x!);
        return {
          state: {},
          outputs: { same: tf.neg(tf.reshape(doubled, [2, 3])), other: tf.reshape(doubled, [3, 2]) },
        };
      },
    });
    const reshapes = (nodes: typeof program.nodes) =>
      nodes.filter(({ op }) => op === 'Reshape').map(({ outputs }) => outputs[0]!.shape);
    expect(reshapes(program.nodes)).toEqual([
      [2, 3],
      [3, 2],
    ]);
    expect(reshapes(removeIdentityReshapes(program).nodes)).toEqual([[3, 2]]);
  });
});
