import type { ParameterSpec } from '../parameter-spec.ts';

export interface NormStart {
  readonly norm: 'batch' | 'group';
  readonly gamma: 0 | 1;
}

/** γ, β and, for batch norm, the running statistics of a normalisation over `channels`. */
export function normParameters(path: string, channels: number, { norm, gamma }: NormStart): readonly ParameterSpec[] {
  const shape = [channels];
  const affine: readonly ParameterSpec[] = [
    { name: `${path}/gamma`, shape, kind: 'gamma', start: { kind: 'constant', value: gamma } },
    { name: `${path}/beta`, shape, kind: 'beta', start: { kind: 'constant', value: 0 } },
  ];
  return norm === 'group' ? affine : [...affine, ...statistics(path, channels)];
}

/** The running statistics of a batch norm: mean 0 and variance 1 before the first step. */
export function statistics(path: string, channels: number): readonly ParameterSpec[] {
  const shape = [channels];
  return [
    { name: `${path}/movingMean`, shape, kind: 'movingMean', start: { kind: 'constant', value: 0 } },
    { name: `${path}/movingVariance`, shape, kind: 'movingVariance', start: { kind: 'constant', value: 1 } },
  ];
}
