/** Columns that grow: rows in ascending order of an id that is never given twice, so that new rows come last. */
type Numbers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

const FIRST_ROOM = 1024;

/** The array itself when it has room for `length`, else a copy with room for half as many again. */
export function withRoom<T extends Numbers>(array: T, length: number): T {
  if (array.length >= length) return array;
  const room = Math.max(FIRST_ROOM, Math.ceil(length * 1.5));
  const grown = new (array.constructor as new (room: number) => T)(room);
  grown.set(array as never);
  return grown;
}

/** The place of `id` among the first `count` of ascending ids, or −1. */
export function rowOfId(ids: Int32Array, count: number, id: number): number {
  // Where no id was left out it stands where it says.
  const guess = count === 0 ? -1 : id - ids[0]!;
  if (guess >= 0 && guess < count && ids[guess] === id) return guess;
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = ids[middle]!;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
