import * as tf from '@tensorflow/tfjs-core';

/** Up to this many turns one fold fewer is needed. */
const SMALL_TURN = 1 / 3;

/**
 * Turns the hue, leaving HSV's saturation and value as they are: torchvision's `adjust_hue`, without going there and back.
 *
 * With v and m the largest and smallest colour, c = v − m, hue in sixths of a turn y ∈ [−3, 3]: c · |y| = 2c + g + b − r − v,
 * negative where b > g (this holds in all six sextants, and gives 2c = 0 for greys). After adding the turn, red is
 * v − clip(2c − ||c·y| − 3c|, 0, c); green and blue are the same two sixths further and earlier. Nothing is divided, so
 * greys need no exception, and all is continuous where sextants meet.
 *
 * @param planes float32 [n, 3, P], not negative, of any scale. @param turns float32 [n]. @param largestTurn of any view, at most ½.
 */
export function turnHue(planes: tf.Tensor3D, turns: tf.Tensor1D, largestTurn: number): tf.Tensor3D {
  const [count, , pixels] = planes.shape;
  const [red, green, blue] = [0, 1, 2].map((c) =>
    tf.reshape(tf.slice(planes, [0, c, 0], [-1, 1, -1]), [count, pixels]),
  ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const value = tf.maximum(tf.maximum(red, green), blue);
  const least = tf.minimum(tf.minimum(red, green), blue);
  const chroma = tf.sub(value, least);
  const twice = tf.mul(chroma, 2);
  const thrice = tf.mul(chroma, 3);
  const bend = tf.add(twice, tf.sub(tf.sub(tf.add(green, blue), red), value));
  const hue = tf.where(tf.greaterEqual(green, blue), bend, tf.neg(bend));
  const turned = tf.add(hue, tf.mul(chroma, tf.reshape(tf.mul(turns, 6), [count, 1])));
  const base = tf.sub(value, twice);
  const channel = (distance: tf.Tensor): tf.Tensor =>
    tf.minimum(tf.maximum(tf.add(base, tf.abs(tf.sub(distance, thrice))), least), value);
  const fold = (scaled: tf.Tensor): tf.Tensor =>
    largestTurn > SMALL_TURN ? tf.abs(tf.sub(tf.abs(scaled), tf.mul(chroma, 6))) : tf.abs(scaled);
  const colours = [channel(tf.abs(turned)), channel(fold(tf.sub(turned, twice))), channel(fold(tf.add(turned, twice)))];
  return tf.stack(colours, 1) as tf.Tensor3D;
}
