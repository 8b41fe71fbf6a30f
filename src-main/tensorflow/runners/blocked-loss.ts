/** The loss over all projections of a batch and its slope, a block of rows at a time. */
import type { TensorValues } from '../compiled-step/session.ts';
import type { PartRunner } from './part-runner.ts';

export interface LossShape {
  /** 2N. */
  readonly batchViews: number;
  readonly columns: number;
  /** Rows of a block; the last one is filled up with rows that weigh nothing. */
  readonly blockRows: number;
}

export interface LossAndSlope {
  /** float32 [batchViews, columns], ∂loss/∂projections. */
  readonly slope: Float32Array;
  /** `loss` and the measures. */
  readonly outputs: Readonly<Record<string, number>>;
}

export class BlockedLoss {
  readonly #runner: PartRunner;
  readonly #shape: LossShape;

  /** @param runner has the parts `lossBlock` and `lossSlope`. */
  constructor(runner: PartRunner, shape: LossShape) {
    this.#runner = runner;
    this.#shape = shape;
  }

  /** @param values float32 [batchViews, columns]. */
  of(values: Float32Array): LossAndSlope {
    const { batchViews, columns, blockRows } = this.#shape;
    const shape = [batchViews, columns];
    const projections: TensorValues = { shape, values };
    const attracted = new Float32Array(values.length);
    const sums = { loss: 0, found: 0, kernel: 0 };
    for (let first = 0; first < batchViews; first += blockRows) {
      const inputs = new Map([['projections', projections], ...this.#block(first)]);
      const block = this.#runner.run('lossBlock', inputs);
      addTo(attracted, 0, valuesOf(block, 'others'));
      const count = Math.min(blockRows, batchViews - first);
      addTo(attracted, first * columns, valuesOf(block, 'own').subarray(0, count * columns));
      for (const name of ['loss', 'found', 'kernel'] as const) sums[name] += valuesOf(block, name)[0]!;
    }
    const given = new Map([
      ['projections', projections],
      ['attracted', { shape, values: attracted }],
    ]);
    const { slope, projectionStd, alignment } = Object.fromEntries(this.#runner.run('lossSlope', given));
    return {
      slope: slope!.values as Float32Array,
      outputs: {
        loss: sums.loss / batchViews,
        contrastiveAccuracy: sums.found / batchViews,
        projectionStd: projectionStd!.values[0]!,
        alignment: alignment!.values[0]!,
        uniformity: Math.log(sums.kernel / (batchViews * (batchViews - 1))),
      },
    };
  }

  #block(first: number): readonly (readonly [string, TensorValues])[] {
    const { batchViews, blockRows } = this.#shape;
    const isRow = (i: number): boolean => first + i < batchViews;
    const rows = Int32Array.from({ length: blockRows }, (_, i) => (isRow(i) ? first + i : 0));
    const weights = Float32Array.from({ length: blockRows }, (_, i) => (isRow(i) ? 1 : 0));
    return [
      ['rows', { shape: [blockRows], values: rows }],
      ['weights', { shape: [blockRows], values: weights }],
    ];
  }
}

function valuesOf(outputs: ReadonlyMap<string, TensorValues>, name: string): Float32Array {
  return outputs.get(name)!.values as Float32Array;
}

function addTo(sum: Float32Array, from: number, terms: Float32Array): void {
  for (let i = 0; i < terms.length; i++) sum[from + i]! += terms[i]!;
}
