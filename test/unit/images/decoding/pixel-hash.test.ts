import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { contentHashOf } from '#images/hashes.ts';
import { openPicture, pipelineOf, renderRgb } from '#images/decoding/picture.ts';
import { needsAllPixels, pixelHashOf } from '#images/decoding/pixel-hash.ts';
import { defaultLimits } from '#images/limits.ts';
import { gradient, withSegment } from '#test/fixtures/hostile-good-bytes.ts';

async function hashOf(bytes: Buffer): Promise<string> {
  const picture = await openPicture(bytes, defaultLimits);
  const pixels = needsAllPixels(picture) ? await renderRgb(pipelineOf(picture)) : null;
  return pixelHashOf(picture, contentHashOf(bytes), pixels);
}

describe('the pixel hash', () => {
  it.each(['baseline', 'progressive'])('of a %s JPEG stays when only metadata changes', async (kind) => {
    const jpeg = await gradient()
      .jpeg({ progressive: kind === 'progressive' })
      .toBuffer();
    const changed = [
      withSegment(jpeg, 0xfe, Buffer.from('comment \xff\xd9 ends', 'latin1')),
      withSegment(jpeg, 0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x/>', 'latin1')),
      withSegment(jpeg, 0xed, Buffer.from('Photoshop 3.0\0', 'latin1')),
      Buffer.concat([jpeg, Buffer.from('a trailer')]),
    ];
    const hash = await hashOf(jpeg);
    for (const other of changed) expect(await hashOf(other)).toBe(hash);
  });

  it('of a JPEG changes with any coded byte, with the orientation and with the profile', async () => {
    const jpeg = await gradient().jpeg().toBuffer();
    const coded = Buffer.from(jpeg);
    coded[coded.length - 8]! ^= 4;
    const turned = await gradient().jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const profiled = withSegment(jpeg, 0xe2, Buffer.from('ICC_PROFILE\0\x01\x01other', 'latin1'));
    const hashes = await Promise.all([jpeg, coded, turned, profiled].map(hashOf));
    expect(new Set(hashes).size).toBe(4);
  });

  it('is one for a picture in several lossless formats and codings', async () => {
    const files = [
      gradient().png({ compressionLevel: 0 }),
      gradient().png({ compressionLevel: 9, adaptiveFiltering: true }),
      gradient().withMetadata({ density: 300 }).png(),
      gradient().webp({ lossless: true }),
      gradient().tiff({ compression: 'lzw' }),
    ];
    const hashes = await Promise.all(files.map(async (file) => hashOf(await file.toBuffer())));
    expect(new Set(hashes).size).toBe(1);
  });

  it('differs for one pixel, and for the same bytes in another shape', async () => {
    const raw = Buffer.alloc(24 * 3, 9);
    const shape = (width: number, height: number) =>
      sharp(raw, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer()
        .then(hashOf);
    const before = await shape(6, 4);
    expect(await shape(4, 6)).not.toBe(before);
    raw[5] = 10;
    expect(await shape(6, 4)).not.toBe(before);
  });

  it('of animations whose first frames are equal differs', async () => {
    const first = await gradient().png().toBuffer();
    const animation = async (second: Buffer) =>
      hashOf(
        await sharp([first, second], { join: { animated: true } })
          .webp({ lossless: true })
          .toBuffer(),
      );
    expect(await animation(first)).not.toBe(await animation(await gradient().negate().png().toBuffer()));
  });
});
