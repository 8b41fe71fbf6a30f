/** Weights and pixels by formula, the same as test/parity/simclr/formula_weights.py makes. */
import type { InitialArray } from '#simclr/initial-state.ts';
import type { ParameterSpec } from '#simclr/parameter-spec.ts';

/** Every parameter of a network, at He's scale, with statistics and affine parameters away from 0 and 1. */
export function formulaWeights(specs: readonly ParameterSpec[]): Map<string, InitialArray> {
  return new Map(
    specs.map((spec) => [spec.name, { shape: spec.shape, dtype: 'float32', values: parameterValues(spec) }]),
  );
}

/** Values in [0, 1), row-major. */
export function formulaPixels(name: string, count: number): Float32Array {
  return uniformValues(name, count, (u) => (u + 1) / 2);
}

/** Values in [−1, 1), row-major. */
export function formulaNumbers(name: string, count: number): Float32Array {
  return uniformValues(name, count, (u) => u);
}

function parameterValues({ name, shape, kind }: ParameterSpec): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  switch (kind) {
    case 'kernel': {
      const fanOut = shape.at(-1)! * (shape.length === 4 ? shape[0]! * shape[1]! : 1);
      const scale = Math.sqrt(6 / fanOut);
      return uniformValues(name, count, (u) => u * scale);
    }
    case 'gamma':
      return uniformValues(name, count, (u) => 0.6 + 0.2 * u);
    case 'movingVariance':
      return uniformValues(name, count, (u) => 1 + 0.3 * u);
    default:
      return uniformValues(name, count, (u) => 0.1 * u);
  }
}

/** Element i is `shaped(2·mix(i + fnv1a(name)) / 2³² − 1)`; mix is the finaliser of MurmurHash3. */
function uniformValues(name: string, count: number, shaped: (u: number) => number): Float32Array {
  let offset = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) offset = Math.imul(offset ^ name.charCodeAt(i), 0x01000193) >>> 0;
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (i + offset) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = (x ^ (x >>> 16)) >>> 0;
    values[i] = shaped((2 * x) / 2 ** 32 - 1);
  }
  return values;
}
