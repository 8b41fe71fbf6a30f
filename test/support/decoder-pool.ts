import { createDecoderPool, type Decoders } from '#images/decoder-pool.ts';
import type { DecodeLimits } from '#images/limits.ts';
import type { DescribeResult, ImageDecoder } from '#application/ports/images.ts';

/** The program of a decoder child. */
export const decoderEntry = new URL('../../src-main/hosts/decoder/main.ts', import.meta.url);

/** Runs work on real decoder children and ends them. */
export async function withDecoders<T>(
  work: (decoder: Decoders) => Promise<T>,
  { children = 1, limits = {} }: { readonly children?: number; readonly limits?: Partial<DecodeLimits> } = {},
): Promise<T> {
  const pool = createDecoderPool({ entry: decoderEntry, children, limits });
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

/** All results by path. */
export async function describeAll(
  decoder: ImageDecoder,
  paths: Iterable<string>,
  thumbnailFolder: string,
): Promise<Map<string, DescribeResult>> {
  const results = new Map<string, DescribeResult>();
  for await (const result of decoder.describe(paths, thumbnailFolder, new AbortController().signal)) {
    results.set(result.path, result);
  }
  return results;
}
