/** Which kind of file bytes are, by their first bytes alone; names are never believed. */

export const pictureFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'bmp'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

/** A picture format that can be decoded, or words for what the bytes look like instead. */
export type Sniffed = { readonly format: PictureFormat } | { readonly looksLike: string };

interface Signature {
  readonly at: number;
  readonly text: string;
  readonly is: Sniffed;
}

const picture = (format: PictureFormat, text: string, at = 0): Signature => ({ at, text, is: { format } });
const other = (looksLike: string, text: string, at = 0): Signature => ({ at, text, is: { looksLike } });

/** Bytes as Latin-1 text, so that a signature can be read. */
const signatures: readonly Signature[] = [
  picture('jpeg', '\xff\xd8\xff'),
  picture('png', '\x89PNG\r\n\x1a\n'),
  picture('gif', 'GIF87a'),
  picture('gif', 'GIF89a'),
  picture('tiff', 'II*\0'),
  picture('tiff', 'MM\0*'),
  picture('tiff', 'II+\0'),
  picture('tiff', 'MM\0+'),
  picture('avif', 'ftypavif', 4),
  picture('avif', 'ftypavis', 4),
  other('a HEIC photo', 'ftyphei', 4),
  other('a HEIC photo', 'ftyphev', 4),
  other('a video', 'ftyp', 4),
  other('a video', '\x1aE\xdf\xa3'),
  other('a video or sound', 'RIFF'),
  other('a ZIP archive', 'PK\x03\x04'),
  other('a gzip archive', '\x1f\x8b'),
  other('a PDF document', '%PDF'),
  other('a Photoshop document', '8BPS'),
  other('a JPEG XL picture', '\xff\x0a'),
  other('a JPEG XL picture', 'JXL ', 4),
  other('a JPEG 2000 picture', 'jP  ', 4),
  other('a program', '\x7fELF'),
  other('a program', 'MZ'),
  other('a Windows icon', '\0\0\x01\0'),
  other('a portable pixmap', 'P6'),
];

export function sniffFormat(bytes: Uint8Array): Sniffed {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 512)).toString('latin1');
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return { format: 'webp' };
  if (head.startsWith('BM') && looksLikeBmpHeader(bytes)) return { format: 'bmp' };
  for (const { at, text, is } of signatures) if (head.startsWith(text, at)) return is;
  return { looksLike: textKind(head) };
}

/** After `BM` come the file size and four reserved bytes, then where the pixels start. */
function looksLikeBmpHeader(bytes: Uint8Array): boolean {
  if (bytes.length < 26) return false;
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(14, true);
  return headerBytes === 12 || (headerBytes >= 40 && headerBytes <= 124) || headerBytes === 16 || headerBytes === 64;
}

function textKind(head: string): string {
  const start = head
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  if (/<svg[\s>]/.test(start)) return 'an SVG drawing';
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) return 'a web page';
  if (start.startsWith('<')) return 'a markup document';
  if (/^[\t\n\r -~]+$/.test(head)) return 'a text file';
  if (/^\0+$/.test(head)) return 'a file of zeros';
  return 'no picture format';
}
