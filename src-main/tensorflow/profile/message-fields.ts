/** Reads protocol buffers field by field: all that TensorFlow's timeline takes. */

/** A field as it stands on the wire: whole numbers (up to 2⁵³, else rounded) or bytes, which may be text or a message. */
export interface MessageField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;
const WIDTHS: Readonly<Record<number, number>> = { [FIXED_64]: 8, [FIXED_32]: 4 };

/**
 * The fields of a message in the order they stand in; those of fixed width as their bytes.
 *
 * @throws RangeError when the message is cut short or is none.
 */
export function* messageFields(message: Uint8Array): Generator<MessageField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError('A message ends within a number.');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    if (wireType === VARINT) {
      yield { number, value: varint() };
      continue;
    }
    const length = wireType === BYTES ? varint() : WIDTHS[wireType];
    if (length === undefined || at + length > message.length) {
      throw new RangeError(`Field ${number} of a message (wire type ${wireType}) can't be read.`);
    }
    yield { number, value: message.subarray(at, at + length) };
    at += length;
  }
}
