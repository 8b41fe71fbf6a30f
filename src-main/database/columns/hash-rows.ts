const HASH_BYTES = 32;
const HASH_WORDS = HASH_BYTES / 4;
const EMPTY = -1;

/**
 * Rows of content hashes by hash: a table in an array, open addressing by the first four bytes (hashes are uniform).
 * Of several rows with one hash the last is found.
 */
export class HashRows {
  readonly #words: Int32Array;
  readonly #table: Int32Array;
  readonly #mask: number;

  /** @param hashes 32 bytes a row; kept, not copied. */
  constructor(hashes: Uint8Array) {
    const count = hashes.length / HASH_BYTES;
    this.#words = wordsOf(hashes);
    this.#mask = 2 ** Math.ceil(Math.log2(2 * count + 2)) - 1;
    this.#table = new Int32Array(this.#mask + 1).fill(EMPTY);
    for (let row = 0; row < count; row++) this.#table[this.#slotOf(this.#words, row)] = row;
  }

  /** The rows of hashes `first` … `last` − 1 of others (32 bytes each), −1 where there is none; told one by one. */
  find(others: Uint8Array, first: number, last: number, tell: (other: number, row: number) => void): void {
    const words = wordsOf(others);
    for (let other = first; other < last; other++) tell(other, this.#table[this.#slotOf(words, other)]!);
  }

  /** Where a hash is in the table, or would be. */
  #slotOf(words: Int32Array, row: number): number {
    let slot = words[HASH_WORDS * row]! & this.#mask;
    for (; this.#table[slot] !== EMPTY; slot = (slot + 1) & this.#mask) {
      const found = this.#table[slot]!;
      let word = 0;
      while (word < HASH_WORDS && this.#words[HASH_WORDS * found + word] === words[HASH_WORDS * row + word]) word++;
      if (word === HASH_WORDS) break;
    }
    return slot;
  }
}

function wordsOf(hashes: Uint8Array): Int32Array {
  return new Int32Array(hashes.buffer, hashes.byteOffset, hashes.byteLength >> 2);
}
