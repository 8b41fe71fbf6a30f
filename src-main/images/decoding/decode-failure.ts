import { isKindredError, messageOf } from '#base/errors.ts';

/** What went wrong with one picture, as a code and a clause: `the file ends early, after 18204 bytes`. */
export interface DecodeFailure {
  readonly code: string;
  readonly cause: string;
}

const ends = (sizeBytes: number): string => `the file ends early, after ${sizeBytes} bytes`;

/** What libvips and the libraries below it say, and what it means. */
const knownCauses: readonly (readonly [pattern: RegExp, cause: (sizeBytes: number) => string])[] = [
  [/premature end|truncated|unexpected end|not enough data|EOF|read gave|unable to read .*strip|short file/i, ends],
  [/crc/i, () => 'a checksum in the file is wrong'],
  [/corrupt header|bad header|no header|header.*error/i, () => 'its header is damaged'],
  // The first bytes are those of a known format, or it would not have come so far.
  [/unsupported image format/i, () => 'its structure is damaged'],
  [
    /libpng read error|unknown error/i,
    (sizeBytes) => `its coded data is damaged or ends within the ${sizeBytes} bytes`,
  ],
  [/unsupported/i, () => 'it uses a variant of its format that is not supported'],
];

/**
 * @param error whatever opening or decoding threw.
 * @param sizeBytes how long the file is, 0 when it was not read.
 */
export function decodeFailureOf(error: unknown, sizeBytes: number): DecodeFailure {
  if (isKindredError(error)) return { code: error.code, cause: error.message };
  const said = messageOf(error)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const text = said.join('; ');
  if (/exceeds pixel limit/i.test(text)) return { code: 'image.tooLarge', cause: 'it has more pixels than the limit' };
  const known = knownCauses.find(([pattern]) => pattern.test(text));
  const technical = said.at(-1)?.replace(/[.:]$/, '') ?? 'unknown';
  return { code: 'image.unreadable', cause: known ? `${known[1](sizeBytes)} (${technical})` : technical };
}

/** The sentence of a problem row. @param name the file's name. */
export function problemMessage(name: string, { code, cause }: DecodeFailure): string {
  // The picture is well, what was asked of it is not.
  if (code === 'usage.invalid') return `"${name}": ${cause}.`;
  const advice: Readonly<Record<string, string>> = {
    'image.empty': 'Skipped until it is copied again.',
    'image.vanished': 'Skipped; import again when it is back.',
    'image.changed': 'Skipped; import its folder again.',
    'image.tooLarge': 'Skipped until it is scaled down.',
    'image.unsupported': 'Skipped; convert it to JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP.',
  };
  return `Cannot decode "${name}": ${cause}. ${advice[code] ?? 'Skipped until it is replaced.'}`;
}
