import type { BatchChunk, BatchChunks } from '#training/ports.ts';

/** How a batch in chunks goes through the network; nothing is remembered from one step to the next. */
export interface ChunkPasses {
  /** Reads the chunks' pass 0. @returns float32 [batchViews, columns], the projections of the whole batch. */
  readonly forward: (chunks: BatchChunks) => Promise<Float32Array>;
  /** Reads pass 1 and adds up the gradients. @param slope float32 [batchViews, columns], ∂loss/∂projections. */
  readonly backward: (chunks: BatchChunks, slope: Float32Array) => Promise<void>;
  /** Lets go of whatever is held, also when a step failed half-way. */
  readonly forget: () => void;
}

/** What is used of a chunk is used before `use` returns. */
export async function eachChunk(
  chunks: BatchChunks,
  pass: number,
  use: (chunk: BatchChunk, index: number) => void,
): Promise<void> {
  for (let index = 0; index < chunks.count; index++) {
    const chunk = await chunks.read(pass, index);
    try {
      use(chunk, index);
    } finally {
      chunk.release();
    }
  }
}
