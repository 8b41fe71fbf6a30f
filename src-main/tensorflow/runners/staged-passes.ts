/**
 * All chunks through one stage of the network after the other, so that statistics of the whole batch are known where
 * they are needed. What a stage makes of each chunk is held, where it was computed, until nobody needs it: on the way forward
 * all is let go that is not to be kept, and on the way back made again from what was.
 *
 * The definition's parts `forward/S`, `settle/S` (where statistics follow a stage) and `backward/S` of each stage S.
 */
import type { BatchChunk, BatchChunks } from '#training/ports.ts';
import type { TensorValues } from '../compiled-step/session.ts';
import { eachChunk, type ChunkPasses } from './chunk-passes.ts';
import type { LossShape } from './blocked-loss.ts';
import { mergedMoments } from './merged-moments.ts';
import type { HeldValues, PartRunner } from './part-runner.ts';
import { gatherRows, scatterRows } from './row-copies.ts';

/** A stage as it is scheduled; in order, the last one gives the projections. */
export interface StageStep {
  readonly name: string;
  /** Earlier stages; null where the chunk's own inputs are asked for. */
  readonly inputs: readonly (string | null)[];
  readonly hasStatistics: boolean;
  readonly isKept: boolean;
}

/** Of each chunk that has been gone through. */
type OfChunks = HeldValues[];

export class StagedPasses implements ChunkPasses {
  readonly #runner: PartRunner;
  readonly #shape: LossShape;
  readonly #stages: readonly StageStep[];
  readonly #values = new Map<string, OfChunks>();
  readonly #slopes = new Map<string, OfChunks>();
  #views: Uint32Array[] = [];

  constructor(runner: PartRunner, shape: LossShape, stages: readonly StageStep[]) {
    this.#runner = runner;
    this.#shape = shape;
    this.#stages = stages;
  }

  readonly forward = async (chunks: BatchChunks): Promise<Float32Array> => {
    for (const [at, stage] of this.#stages.entries()) {
      const moments = await this.#make(stage, chunks, 0);
      if (stage.hasStatistics) this.#runner.run(`settle/${stage.name}`, mergedMoments(moments));
      const needed = new Set(this.#stages.slice(at + 1).flatMap(({ inputs }) => inputs));
      // The last stage's are the projections, which are still to be read.
      for (const { name, isKept } of this.#stages)
        if (!isKept && !needed.has(name) && name !== this.#last.name) letGo(this.#values, name);
    }
    const { batchViews, columns } = this.#shape;
    const projections = new Float32Array(batchViews * columns);
    this.#values.get(this.#last.name)!.forEach((made, chunk) => {
      scatterRows(made.values as Float32Array, this.#views[chunk]!, columns, projections);
    });
    return projections;
  };

  readonly backward = async (chunks: BatchChunks, slope: Float32Array): Promise<void> => {
    const { columns } = this.#shape;
    const slopes = this.#views.map((views) => ({
      shape: [views.length, columns],
      values: gatherRows(slope, views, columns),
      release: () => {},
    }));
    this.#slopes.set(this.#last.name, slopes);
    for (const stage of this.#stages.toReversed()) {
      for (const name of [...stage.inputs, ...(stage.hasStatistics ? [stage.name] : [])]) {
        if (name !== null) await this.#restore(name, chunks);
      }
      await this.#goBack(stage, chunks);
      letGo(this.#values, stage.name);
      letGo(this.#slopes, stage.name);
    }
  };

  readonly forget = (): void => {
    for (const held of [this.#values, this.#slopes]) for (const name of held.keys()) letGo(held, name);
    this.#views = [];
  };

  get #last(): StageStep {
    return this.#stages.at(-1)!;
  }

  /** A stage for all chunks. @returns mean and variance of each, where statistics follow. */
  async #make(
    stage: StageStep,
    chunks: BatchChunks,
    pass: number,
  ): Promise<readonly ReadonlyMap<string, TensorValues>[]> {
    const made: OfChunks = [];
    this.#values.set(stage.name, made);
    const moments: ReadonlyMap<string, TensorValues>[] = [];
    await this.#each(stage, chunks, pass, (index, inputs, chunk) => {
      if (chunk !== null) this.#views[index] = chunk.views;
      const { value, mean, variance } = Object.fromEntries(this.#runner.hold(`forward/${stage.name}`, inputs));
      made.push(value!);
      if (stage.hasStatistics)
        moments.push(
          new Map([
            ['mean', read(mean!)],
            ['variance', read(variance!)],
          ]),
        );
    });
    return moments;
  }

  /** Makes a stage again that was let go, and what it needs of those before it. */
  async #restore(name: string, chunks: BatchChunks): Promise<void> {
    if (this.#values.has(name)) return;
    const stage = this.#stages.find((candidate) => candidate.name === name)!;
    for (const input of stage.inputs) if (input !== null) await this.#restore(input, chunks);
    await this.#make(stage, chunks, 1);
  }

  async #goBack(stage: StageStep, chunks: BatchChunks): Promise<void> {
    const slopes = this.#slopes.get(stage.name)!;
    const values = this.#values.get(stage.name);
    for (const name of stage.inputs) if (name !== null && !this.#slopes.has(name)) this.#slopes.set(name, []);
    await this.#each(stage, chunks, 1, (index, inputs) => {
      const more: [string, TensorValues][] = [['slope', slopes[index]!]];
      if (stage.hasStatistics) more.push(['value', values![index]!]);
      stage.inputs.forEach((name, i) => {
        const sum = name === null ? undefined : this.#slopes.get(name)![index];
        if (sum !== undefined) more.push([`sum${i}`, sum]);
      });
      const outputs = this.#runner.hold(`backward/${stage.name}`, new Map([...inputs, ...more]));
      stage.inputs.forEach((name, i) => {
        if (name === null) return;
        const ofInput = this.#slopes.get(name)!;
        ofInput[index]?.release();
        ofInput[index] = outputs.get(`slope${i}`)!;
      });
      if (stage.inputs.every((name) => name === null)) for (const { release } of outputs.values()) release();
      slopes[index]!.release();
      values?.[index]!.release();
    });
  }

  /** A stage's inputs, chunk by chunk; the chunk itself only where the stage asks for its inputs. */
  async #each(
    stage: StageStep,
    chunks: BatchChunks,
    pass: number,
    use: (index: number, inputs: ReadonlyMap<string, TensorValues>, chunk: BatchChunk | null) => void,
  ): Promise<void> {
    if (stage.inputs.includes(null)) {
      await eachChunk(chunks, pass, (chunk, index) => use(index, chunk.inputs, chunk));
      return;
    }
    const inputs = stage.inputs.map((name) => this.#values.get(name!)!);
    for (let index = 0; index < this.#views.length; index++) {
      use(index, new Map(inputs.map((values, i) => [`value${i}`, values[index]!])), null);
    }
  }
}

function letGo(held: Map<string, OfChunks>, name: string): void {
  for (const { release } of held.get(name) ?? []) release();
  held.delete(name);
}

/** A few numbers, in a plain array. */
function read({ shape, values, release }: HeldValues): TensorValues {
  release();
  return { shape, values };
}
