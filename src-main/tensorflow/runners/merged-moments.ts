import type { TensorValues } from '../compiled-step/session.ts';

/**
 * Mean and (biased) variance over all parts, from those of parts of equal size; in double precision, without the
 * cancellation of sums of squares: var = E[var of a part] + var of the parts' means.
 *
 * @param parts of each, `mean` and `variance`, float32 [c].
 */
export function mergedMoments(
  parts: readonly ReadonlyMap<string, TensorValues>[],
): ReadonlyMap<'mean' | 'variance', TensorValues> {
  const means = parts.map((part) => part.get('mean')!.values);
  const variances = parts.map((part) => part.get('variance')!.values);
  const { shape } = parts[0]!.get('mean')!;
  const average = (of: (part: number) => number): number =>
    parts.reduce((sum, _, part) => sum + of(part), 0) / parts.length;
  const mean = Float64Array.from(means[0]!, (_, i) => average((part) => means[part]![i]!));
  const variance = mean.map((m, i) => average((part) => variances[part]![i]! + (means[part]![i]! - m) ** 2));
  return new Map([
    ['mean', { shape, values: Float32Array.from(mean) }],
    ['variance', { shape, values: Float32Array.from(variance) }],
  ]);
}
