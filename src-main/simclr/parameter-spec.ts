/**
 * One named array of a run's state: what it is, how it starts, and how an optimizer has to treat it.
 *
 * The kind is written down where the layer is described, never guessed from a name: LARS leaves out biases and the
 * scale and shift of normalisations by this list.
 */
export interface ParameterSpec {
  /** A path: whose it is, then which layer, then which part. */
  readonly name: string;
  readonly shape: readonly number[];
  /** `movingMean` and `movingVariance` are state without a gradient. */
  readonly kind: 'kernel' | 'bias' | 'gamma' | 'beta' | 'movingMean' | 'movingVariance';
  readonly start: ParameterStart;
}

/** Where the values of a parameter come from at step 0. */
export type ParameterStart =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  /** Normal of the given deviation before everything beyond two deviations is drawn again. */
  | { readonly kind: 'truncatedNormal'; readonly deviation: number }
  /** Uniform in [−limit, limit). */
  | { readonly kind: 'uniform'; readonly limit: number };

/** True for what an optimizer moves. */
export function isTrainable(spec: ParameterSpec): boolean {
  return spec.kind !== 'movingMean' && spec.kind !== 'movingVariance';
}

/** True for biases and for the scale and shift of a normalisation: LARS neither decays nor adapts them. */
export function isBiasOrNorm(spec: ParameterSpec): boolean {
  return spec.kind === 'bias' || spec.kind === 'gamma' || spec.kind === 'beta';
}
