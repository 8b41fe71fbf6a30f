import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { isolated, isolatedQuotes } from '#contract/isolated-name.ts';

const [OPEN, CLOSE, OVERRIDE] = ['\u2068', '\u2069', '\u202e'];

/** How many isolates are open after each character, by UAX #9: a close without an open does nothing. */
function depths(text: string): number[] {
  let depth = 0;
  return [...text].map((letter) => {
    if (letter >= '\u2066' && letter <= '\u2068') depth++;
    else if (letter === CLOSE) depth = Math.max(0, depth - 1);
    return depth;
  });
}

describe('isolated', () => {
  it('leaves names alone that turn nothing', () => {
    for (const name of ['', 'ant.png', 'Käfer (2).jpg', '蝶', '<b>bold', '🦋', '3,5'])
      expect(isolated(name)).toBe(name);
  });

  it('encloses names from right to left, and those that turn the writing around', () => {
    for (const name of ['תמונה.png', 'صورة', `invoice${OVERRIDE}gnp.exe`, '𐤀', '\u200fa'])
      expect(isolated(name)).toBe(`${OPEN}${name}${CLOSE}`);
  });

  it('ends with the name, whatever isolates the name opens or closes', () => {
    const part = fc.constantFrom('a', 'ת', '\u2066', '\u2067', OPEN!, CLOSE!, OVERRIDE!, '\u202c', '\n', '\u2029');
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1 }).map((parts) => parts.join('')),
        (name) => {
          const text = isolated(name);
          if (text === name) return;
          const all = depths(text);
          expect(all.at(-1)).toBe(0);
          expect(all.slice(0, -1).every((depth) => depth > 0)).toBe(true);
          expect(text).not.toMatch(/[\n\u2029]/);
        },
      ),
      { seed: 1 },
    );
  });

  it('does what it does for what a message quotes', () => {
    expect(isolatedQuotes(`Cannot decode "a${OVERRIDE}.jpg": the file ends. "b" is whole.`)).toBe(
      `Cannot decode "${OPEN}a${OVERRIDE}.jpg${CLOSE}": the file ends. "b" is whole.`,
    );
  });
});
