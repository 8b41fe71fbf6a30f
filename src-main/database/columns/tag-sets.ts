/** The sets of tags that files have, each kept once: many files have one of few. */
import { Dictionary } from './dictionary.ts';

export class TagSets {
  readonly #keys: Dictionary;
  readonly #sets: (readonly number[])[] = [];

  /** @param keys those known before; the first is the empty set. */
  constructor(keys: readonly string[]) {
    this.#keys = new Dictionary(keys);
    this.#learn();
  }

  get size(): number {
    return this.#sets.length;
  }

  get keys(): readonly string[] {
    return this.#keys.texts;
  }

  /** @param key tag ids, ascending, separated by commas; '': none. */
  codeOf(key: string): number {
    const code = this.#keys.codeOf(key);
    this.#learn();
    return code;
  }

  /** Tag ids of a set. */
  setOf(code: number): readonly number[] {
    return this.#sets[code]!;
  }

  #learn(): void {
    for (const key of this.#keys.texts.slice(this.#sets.length)) {
      this.#sets.push(key === '' ? [] : key.split(',').map(Number));
    }
  }
}
