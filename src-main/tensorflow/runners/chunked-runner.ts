/**
 * Runs a step whose batch is computed in chunks: forward, the loss over all projections, back, and one update, as so
 * many runs over the same variables. On the way back each chunk is computed again, so memory is that of one chunk; the
 * projections of the batch, and what the loss makes of them, are kept in plain arrays here.
 *
 * The definition's parts are `clear`, `forward`, `lossBlock`, `lossSlope` and `backward`; its step is the update.
 */
import type { BatchChunk, BatchChunks, StepBatch, StepOutputs, StepRunner } from '#training/ports.ts';
import type { TensorValues } from '../compiled-step/session.ts';
import { BlockedLoss } from './blocked-loss.ts';
import type { PartRunner } from './part-runner.ts';
import { gatherRows, scatterRows } from './row-copies.ts';

export interface ChunkedShape {
  /** Views in the whole batch. */
  readonly batchViews: number;
  /** Width of a projection. */
  readonly columns: number;
  /** Rows of the loss at once. */
  readonly blockRows: number;
}

export class ChunkedRunner implements StepRunner {
  readonly description: StepRunner['description'];
  readonly embed: StepRunner['embed'];
  readonly readState: StepRunner['readState'];
  readonly writeState: StepRunner['writeState'];
  readonly dispose: StepRunner['dispose'];
  readonly #runner: PartRunner;
  readonly #shape: ChunkedShape;
  readonly #loss: BlockedLoss;

  constructor(runner: PartRunner, shape: ChunkedShape) {
    this.#runner = runner;
    this.#shape = shape;
    this.#loss = new BlockedLoss(runner, shape);
    ({
      description: this.description,
      embed: this.embed,
      readState: this.readState,
      writeState: this.writeState,
      dispose: this.dispose,
    } = runner);
  }

  /** A loss or gradient that is not finite comes back as NaN; the state is then unchanged. */
  readonly step = async (batch: StepBatch): Promise<StepOutputs> => {
    const { chunks } = batch;
    if (chunks === undefined) throw new Error(`The batch of step ${batch.step} is not in chunks.`);
    const projections = await this.#forward(chunks);
    const { slope, outputs } = this.#loss.of(projections);
    if (!Number.isFinite(outputs['loss'])) return { loss: Number.NaN };
    await this.#backward(chunks, slope);
    const update = await this.#runner.step(batch);
    const isMade = Object.values(update).every(Number.isFinite);
    return { ...outputs, ...update, ...(isMade ? {} : { loss: Number.NaN }) };
  };

  /** @returns float32 [batchViews, columns]. */
  async #forward(chunks: BatchChunks): Promise<Float32Array> {
    const { batchViews, columns } = this.#shape;
    const projections = new Float32Array(batchViews * columns);
    this.#runner.run('clear', new Map());
    await eachChunk(chunks, 0, (chunk) => {
      const rows = this.#runner.run('forward', chunk.inputs).get('projections')!.values as Float32Array;
      scatterRows(rows, chunk.views, columns, projections);
    });
    return projections;
  }

  async #backward(chunks: BatchChunks, slope: Float32Array): Promise<void> {
    const { columns } = this.#shape;
    await eachChunk(chunks, 1, ({ inputs, views }) => {
      const values = gatherRows(slope, views, columns);
      const given: TensorValues = { shape: [views.length, columns], values };
      this.#runner.run('backward', new Map<string, TensorValues>([...inputs, ['slope', given]]));
    });
  }
}

async function eachChunk(chunks: BatchChunks, pass: number, use: (chunk: BatchChunk) => void): Promise<void> {
  for (let index = 0; index < chunks.count; index++) {
    const chunk = await chunks.read(pass, index);
    try {
      use(chunk);
    } finally {
      chunk.release();
    }
  }
}
