import { ShapeError } from '#base/shapes.ts';

type Pixels = Float32Array | Uint8Array;

/**
 * Runs a function of a fixed number of rows over any number of them: the last chunk is padded with zeros, and the
 * padding's results are dropped.
 *
 * @param pixels [count, rowSize], row-major.
 * @param embed values of one chunk of `rows` rows, by row; may be called again only when done with.
 * @returns row-major float32 [count, D]; empty for no rows.
 */
export function embedInChunks(
  pixels: Pixels,
  count: number,
  { rows, rowSize }: { readonly rows: number; readonly rowSize: number },
  embed: (chunk: Pixels) => Float32Array,
): Float32Array {
  if (pixels.length !== count * rowSize) {
    throw new ShapeError(`${count} images of ${rowSize} values are ${count * rowSize} values, got ${pixels.length}.`);
  }
  let vectors = new Float32Array(0);
  for (let first = 0; first < count; first += rows) {
    const here = Math.min(rows, count - first);
    const given = pixels.subarray(first * rowSize, (first + here) * rowSize);
    const result = embed(here === rows ? given : padded(given, rows * rowSize));
    const dimensions = result.length / rows;
    if (first === 0) vectors = new Float32Array(count * dimensions);
    vectors.set(result.subarray(0, here * dimensions), first * dimensions);
  }
  return vectors;
}

function padded(values: Pixels, size: number): Pixels {
  const whole = values instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  whole.set(values);
  return whole;
}
