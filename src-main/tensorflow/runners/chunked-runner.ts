/**
 * Runs a step whose batch is computed in chunks: forward, the loss over all projections, back, and one update, as so
 * many runs over the same variables. The projections of the batch, and what the loss makes of them, are kept in plain
 * arrays. How the network is gone through, forwards and backwards, is said by the passes.
 *
 * Among the definition's parts are `clear`, `lossBlock` and `lossSlope`; its step is the update.
 */
import type { BatchChunks, StepBatch, StepOutputs, StepRunner } from '#training/ports.ts';
import { BlockedLoss, type LossShape } from './blocked-loss.ts';
import type { ChunkPasses } from './chunk-passes.ts';
import type { PartRunner } from './part-runner.ts';

export class ChunkedRunner implements StepRunner {
  readonly description: StepRunner['description'];
  readonly embed: StepRunner['embed'];
  readonly readState: StepRunner['readState'];
  readonly writeState: StepRunner['writeState'];
  readonly dispose: StepRunner['dispose'];
  readonly #runner: PartRunner;
  readonly #passes: ChunkPasses;
  readonly #loss: BlockedLoss;

  constructor(runner: PartRunner, shape: LossShape, passes: ChunkPasses) {
    this.#runner = runner;
    this.#passes = passes;
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
    this.#runner.run('clear', new Map());
    try {
      return await this.#stepOf(batch, chunks);
    } finally {
      this.#passes.forget();
    }
  };

  async #stepOf(batch: StepBatch, chunks: BatchChunks): Promise<StepOutputs> {
    const projections = await this.#passes.forward(chunks);
    const { slope, outputs } = this.#loss.of(projections);
    if (!Number.isFinite(outputs['loss'])) return { loss: Number.NaN };
    await this.#passes.backward(chunks, slope);
    const update = await this.#runner.step(batch);
    const isMade = Object.values(update).every(Number.isFinite);
    return { ...outputs, ...update, ...(isMade ? {} : { loss: Number.NaN }) };
  }
}
