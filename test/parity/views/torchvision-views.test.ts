/** Views against torchvision's: each operation at given parameters, and whole views. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { boxLengths, drawEvaluationViews } from '#simclr/views/evaluation-views.ts';
import { cropAndResize } from '#simclr/views/crop-and-resize.ts';
import { gaussianBlur } from '#simclr/views/gaussian-blur.ts';
import { interleaveAndGrey, linearColour, WHITE } from '#simclr/views/linear-colour.ts';
import { turnHue } from '#simclr/views/turn-hue.ts';
import { blurRadius } from '#simclr/views/view-plan.ts';
import { expectClose } from '#test/support/closeness.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';
import { chainInputs, drawnEagerly, expectChain } from './torchvision-chains.ts';
import { canvasOf, cropBox, keptOf, picture, planesOf, torchvisionNumbers } from './torchvision-numbers.ts';

const TOLERANCE = 1e-5;
const BLUR_TOLERANCE = 1e-4;

checkTensorLeaks('cpu');

/** Values of a result [1, 3, S, S] or [1, 3, P], colours side by side. */
function interleaved(make: () => tf.Tensor): Float32Array {
  return tf.tidy(() => {
    const planes = make();
    return tf.transpose(tf.reshape(planes, [3, planes.size / 3])).dataSync() as Float32Array;
  });
}

const zero = () => tf.tensor1d([0]);

describe('[V5] crop and resize', () => {
  for (const expected of torchvisionNumbers.crops) {
    const { height, width, box, side, flip } = expected;
    it(`takes ${box.join(', ')} of ${width}×${height} to ${side}${flip ? ', mirrored' : ''}`, () => {
      const actual = interleaved(() => {
        const crop = cropBox(box);
        const canvas = canvasOf(picture(height, width), [crop], Math.max(crop.height, crop.width) + 3);
        const scales = tf.tensor2d([crop.height / side, crop.width / side], [2, 1]);
        return cropAndResize(canvas, scales, tf.tensor2d([0, flip ? 1 : 0], [2, 1]), side, 1);
      });
      expectClose(keptOf(actual, expected), expected.values, TOLERANCE);
    });
  }
});

describe('[V14] the evaluation transform', () => {
  it('resizes with the same filter', () => {
    for (const expected of torchvisionNumbers.crops.filter(({ flip }) => !flip)) {
      const actual = tf.tidy(() => {
        const box = cropBox(expected.box);
        const canvas = canvasOf(picture(expected.height, expected.width), [box], Math.max(box.height, box.width));
        return drawEvaluationViews(canvas, tf.tensor2d(boxLengths([box]), [2, 1]), expected.side).dataSync();
      });
      expectClose(keptOf(actual, expected), expected.values, TOLERANCE);
    }
  });
});

describe('[V7] colour jitter, one operation', () => {
  const { pixels, cases, grey } = torchvisionNumbers.jitter;
  const linear: Record<string, (x: tf.Tensor3D, factor: number) => tf.Tensor3D> = {
    brightness: (x, f) => linearColour(x, { own: tf.tensor1d([f]), grey: zero(), mean: zero() }),
    contrast: (x, f) => linearColour(x, { own: tf.tensor1d([f]), grey: zero(), mean: tf.tensor1d([1 - f]) }),
    saturation: (x, f) => linearColour(x, { own: tf.tensor1d([f]), grey: tf.tensor1d([1 - f]), mean: null }),
    hue: (x, f) => turnHue(x, tf.tensor1d([f]), Math.abs(f)),
  };
  for (const expected of cases) {
    it(`${expected.operation} by ${expected.factor}`, () => {
      const actual = interleaved(() => {
        const planes = tf.mul(planesOf(pixels), WHITE) as tf.Tensor3D;
        return tf.div(linear[expected.operation]!(planes, expected.factor), WHITE);
      });
      expectClose(keptOf(actual, expected), expected.values, TOLERANCE);
    });
  }

  it('turns hue by a small amount the same with and without the fold for large turns', () => {
    for (const expected of cases.filter(({ operation, factor }) => operation === 'hue' && Math.abs(factor) <= 1 / 3)) {
      const actual = interleaved(() => turnHue(planesOf(pixels), tf.tensor1d([expected.factor]), 0.5));
      expectClose(keptOf(actual, expected), expected.values, TOLERANCE);
    }
  });

  it('[V10] makes grey', () => {
    const actual = tf.tidy(() =>
      interleaveAndGrey(tf.mul(planesOf(pixels), WHITE) as tf.Tensor3D, tf.tensor1d([1])).dataSync(),
    );
    expectClose(keptOf(actual, grey), grey.values, TOLERANCE);
  });
});

describe('[V11] blur', () => {
  for (const expected of torchvisionNumbers.blurs) {
    const { side, sigma, size } = expected;
    it(`σ ${sigma} at ${side} px with ${size} pixels`, () => {
      expect(2 * blurRadius(side) + 1).toBe(size);
      const actual = interleaved(() => {
        const planes = tf.div(tf.tensor4d(picture(side, side).data, [1, 3, side, side], 'float32'), 255);
        return gaussianBlur(planes as tf.Tensor4D, tf.tensor1d([-0.5 / sigma ** 2]), blurRadius(side));
      });
      expectClose(keptOf(actual, expected), expected.values, BLUR_TOLERANCE);
    });
  }
});

describe('whole views', () => {
  it.each(torchvisionNumbers.chains)(
    '[V1] are cropped, mirrored, jittered, made grey and blurred ($side px)',
    (chain) => {
      expectChain(chain, drawnEagerly(chainInputs(chain)));
    },
    120_000,
  );
});
