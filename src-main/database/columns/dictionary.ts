/** Texts as small numbers, in order of first appearance; what was given a number keeps it. */
export class Dictionary {
  readonly #codes = new Map<string, number>();
  readonly #texts: string[] = [];

  constructor(texts: readonly string[] = []) {
    for (const text of texts) this.codeOf(text);
  }

  get size(): number {
    return this.#texts.length;
  }

  get texts(): readonly string[] {
    return this.#texts;
  }

  /** The text's number, new when it has none. */
  codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#texts.length;
    this.#codes.set(text, code);
    this.#texts.push(text);
    return code;
  }

  textOf(code: number): string {
    return this.#texts[code]!;
  }

  /** For each number: 1 when its text is one of these. */
  flags(chosen: readonly string[]): Uint8Array {
    const flags = new Uint8Array(this.#texts.length);
    for (const text of chosen) {
      const code = this.#codes.get(text);
      if (code !== undefined) flags[code] = 1;
    }
    return flags;
  }
}
