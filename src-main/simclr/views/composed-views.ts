/**
 * The drawing of views in operations that every backend has. Images stay in colour planes until the last product, which
 * puts the colours side by side.
 */
import * as tf from '@tensorflow/tfjs-core';
import { cropAndResize } from './crop-and-resize.ts';
import { NUMBER_ROWS } from './drawing-inputs.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { interleaveAndGrey, linearColour, WHITE } from './linear-colour.ts';
import { turnHue } from './turn-hue.ts';
import { streamLength, type ViewPlan } from './view-plan.ts';

/** `drawViews`, composed. */
export function composedViews(
  plan: ViewPlan,
  canvas: tf.Tensor4D,
  numbers: tf.Tensor2D,
  slotOfRow: tf.Tensor1D,
): tf.Tensor4D {
  const viewCount = slotOfRow.shape[0];
  const length = streamLength(plan, viewCount);
  return tf.tidy(() => {
    const streams = Array.from({ length: plan.streams }, (_, stream) => {
      const part = tf.slice(canvas, [stream * length, 0, 0, 0], [length, -1, -1, -1]);
      return drawStream(plan, stream, part, tf.slice(numbers, [0, stream * length], [-1, length]));
    });
    if (streams.length === 1) return streams[0]!;
    // `gatherND`, not `gather`: TensorFlow's kernel for the latter reads the indices back.
    return tf.gatherND(tf.concat(streams), tf.reshape(slotOfRow, [viewCount, 1])) as tf.Tensor4D;
  });
}

/** Views that get `before` linear operations, then the turn of hue, then the other linear ones. */
function drawStream(plan: ViewPlan, before: number, canvas: tf.Tensor4D, numbers: tf.Tensor2D): tf.Tensor4D {
  const { side } = plan;
  const count = canvas.shape[0];
  const rowsOf = (first: number, rows: number): tf.Tensor2D => tf.slice(numbers, [first, 0], [rows, -1]);
  const row = (index: number): tf.Tensor1D => tf.reshape(rowsOf(index, 1), [count]);
  const flips = plan.hasFlip ? rowsOf(NUMBER_ROWS.flipY, 2) : null;
  const cropped = cropAndResize(canvas, rowsOf(NUMBER_ROWS.scaleY, 2), flips, side, WHITE);
  let planes: tf.Tensor3D = tf.reshape(cropped, [count, 3, side * side]);
  for (let i = 0; i <= plan.linearCount; i++) {
    if (plan.hasHue && i === before) planes = turnHue(planes, row(NUMBER_ROWS.hue), plan.largestHue);
    if (i === plan.linearCount) break;
    const first = NUMBER_ROWS.linear + 3 * i;
    const mean = plan.hasContrast ? row(first + 2) : null;
    planes = linearColour(planes, { own: row(first), grey: row(first + 1), mean });
  }
  if (plan.hasBlur) {
    const square: tf.Tensor4D = tf.reshape(planes, [count, 3, side, side]);
    planes = tf.reshape(gaussianBlur(square, row(NUMBER_ROWS.blur), plan.blurRadius), [count, 3, side * side]);
  }
  // Grey last: it is the same in every pixel, the blur the same in every colour, so the two may change places.
  const pixels = interleaveAndGrey(planes, plan.hasGrey ? row(NUMBER_ROWS.grey) : null);
  return tf.reshape(pixels, [count, side, side, 3]);
}
