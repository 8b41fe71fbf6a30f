import { describe, expect, it } from 'vitest';
import { messageFields } from '#tensorflow/profile/message-fields.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('messageFields', () => {
  it('reads whole numbers, bytes and fixed widths in the order they stand in', () => {
    const message = bytes(0x08, 0xac, 0x02, 0x12, 2, 104, 105, 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x08, 1);
    expect([...messageFields(message)]).toEqual([
      { number: 1, value: 300 },
      { number: 2, value: bytes(104, 105) },
      { number: 3, value: bytes(1, 2, 3, 4) },
      { number: 4, value: bytes(1, 2, 3, 4, 5, 6, 7, 8) },
      { number: 1, value: 1 },
    ]);
  });

  it('reads numbers of more than 32 bits', () => {
    const message = bytes(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f);
    expect([...messageFields(message)]).toEqual([{ number: 1, value: Number.MAX_SAFE_INTEGER }]);
  });

  it.each([
    ['within a number', bytes(0x08, 0x80)],
    ['within bytes', bytes(0x12, 5, 1)],
    ['within a fixed width', bytes(0x1d, 1)],
    ['with a group, which nobody writes any more', bytes(0x0b)],
  ])('refuses a message that ends %s', (_, message) => {
    expect(() => [...messageFields(message)]).toThrow(RangeError);
  });
});
