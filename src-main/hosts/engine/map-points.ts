/**
 * The bytes of a map as windows read them: a little-endian uint32 count, then count × uint32 file ids, then
 * count × 2 float32 positions.
 */

/** @param fileIds one a point. @param positions x and y in turn. */
export function packPoints(fileIds: Uint32Array, positions: Float32Array): Uint8Array<ArrayBuffer> {
  const count = fileIds.length;
  const words = new Uint32Array(1 + 3 * count);
  words[0] = count;
  words.set(fileIds, 1);
  new Float32Array(words.buffer, 4 + 4 * count).set(positions);
  return new Uint8Array(words.buffer);
}

/** The file of each point. */
export function fileIdsOf(bytes: Uint8Array): Uint32Array {
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return new Uint32Array(new Uint8Array(bytes.subarray(4, 4 + 4 * count)).buffer);
}
