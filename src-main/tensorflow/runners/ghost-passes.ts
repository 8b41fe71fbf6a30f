/**
 * Each chunk through the whole network at once, forwards, and again on the way back: memory is that of one chunk.
 * The definition's parts `forward` and `backward`.
 */
import type { BatchChunks } from '#training/ports.ts';
import type { TensorValues } from '../compiled-step/session.ts';
import type { LossShape } from './blocked-loss.ts';
import { eachChunk, type ChunkPasses } from './chunk-passes.ts';
import type { PartRunner } from './part-runner.ts';
import { gatherRows, scatterRows } from './row-copies.ts';

export class GhostPasses implements ChunkPasses {
  readonly #runner: PartRunner;
  readonly #shape: LossShape;

  constructor(runner: PartRunner, shape: LossShape) {
    this.#runner = runner;
    this.#shape = shape;
  }

  readonly forward = async (chunks: BatchChunks): Promise<Float32Array> => {
    const { batchViews, columns } = this.#shape;
    const projections = new Float32Array(batchViews * columns);
    await eachChunk(chunks, 0, ({ inputs, views }) => {
      const rows = this.#runner.run('forward', inputs).get('projections')!.values as Float32Array;
      scatterRows(rows, views, columns, projections);
    });
    return projections;
  };

  readonly backward = async (chunks: BatchChunks, slope: Float32Array): Promise<void> => {
    const { columns } = this.#shape;
    await eachChunk(chunks, 1, ({ inputs, views }) => {
      const given: TensorValues = { shape: [views.length, columns], values: gatherRows(slope, views, columns) };
      this.#runner.run('backward', new Map<string, TensorValues>([...inputs, ['slope', given]]));
    });
  };

  readonly forget = (): void => {};
}
