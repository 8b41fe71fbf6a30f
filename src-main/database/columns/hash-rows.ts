/**
 * Rows by content hash: a hash table in an array, open addressing by the first four bytes (hashes are uniform). Of
 * several rows with one hash the last is found.
 */
const HASH_BYTES = 32;
const EMPTY = -1;

/**
 * @param hashes of the table's rows, 32 bytes each.
 * @param wanted hashes to look up, 32 bytes each.
 * @returns the row of each wanted hash, −1 where there is none.
 */
export function rowsOfHashes(hashes: Uint8Array, count: number, wanted: Uint8Array): Int32Array {
  const words = new Int32Array(hashes.buffer, hashes.byteOffset, (count * HASH_BYTES) / 4);
  const asked = new Int32Array(wanted.buffer, wanted.byteOffset, wanted.byteLength / 4);
  const mask = 2 ** Math.ceil(Math.log2(2 * count + 2)) - 1;
  const table = new Int32Array(mask + 1).fill(EMPTY);
  for (let row = 0; row < count; row++) {
    let slot = words[8 * row]! & mask;
    while (table[slot] !== EMPTY && !isSame(words, table[slot]!, words, row)) slot = (slot + 1) & mask;
    table[slot] = row;
  }
  return Int32Array.from({ length: asked.length / 8 }, (_, i) => {
    let slot = asked[8 * i]! & mask;
    while (table[slot] !== EMPTY && !isSame(words, table[slot]!, asked, i)) slot = (slot + 1) & mask;
    return table[slot]!;
  });
}

function isSame(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  for (let word = 0; word < 8; word++) if (a[8 * i + word] !== b[8 * j + word]) return false;
  return true;
}
