import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { imagePixels } from '#images/decoding/image-pixels.ts';
import { openPicture, pipelineOf, renderRgb } from '#images/decoding/picture.ts';
import { defaultLimits } from '#images/limits.ts';
import { bitmapColours, bitmapFixtures } from '#test/fixtures/bitmaps.ts';

/** Upright pixels at full size. */
async function upright(bytes: Buffer) {
  return renderRgb(pipelineOf(await openPicture(bytes, defaultLimits)));
}

const colourAt = ({ data, widthPx }: { data: Uint8Array; widthPx: number }, x: number, y: number): number[] => [
  ...data.subarray((y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3),
];

/** 3 × 2 blocks of 16 pixels: red, green, blue over black, white, yellow. */
const blocks = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [0, 0, 0],
  [255, 255, 255],
  [255, 255, 0],
];
const blockPicture = () =>
  sharp(Buffer.from(blocks.flat()), { raw: { width: 3, height: 2, channels: 3 } })
    .resize(48, 32, { kernel: 'nearest' })
    .png()
    .toBuffer();

describe('a decoded picture', () => {
  it.each([
    [1, 48, 32, [0, 1, 2, 3, 4, 5]],
    [2, 48, 32, [2, 1, 0, 5, 4, 3]],
    [3, 48, 32, [5, 4, 3, 2, 1, 0]],
    [4, 48, 32, [3, 4, 5, 0, 1, 2]],
    [5, 32, 48, [0, 3, 1, 4, 2, 5]],
    [6, 32, 48, [3, 0, 4, 1, 5, 2]],
    [7, 32, 48, [5, 2, 4, 1, 3, 0]],
    [8, 32, 48, [2, 5, 1, 4, 0, 3]],
  ])('stands upright for EXIF orientation %i', async (orientation, width, height, order) => {
    const options = { quality: 100, chromaSubsampling: '4:4:4' };
    const bytes = await sharp(await blockPicture())
      .jpeg(options)
      .withMetadata({ orientation })
      .toBuffer();
    const picture = await upright(bytes);
    expect([picture.widthPx, picture.heightPx]).toEqual([width, height]);
    const columns = width / 16;
    for (const [i, block] of order.entries()) {
      const colour = colourAt(picture, (i % columns) * 16 + 8, Math.floor(i / columns) * 16 + 8);
      for (let c = 0; c < 3; c++) expect(Math.abs(colour[c]! - blocks[block]![c]!)).toBeLessThan(4);
    }
  });

  it.each([...bitmapFixtures()])('of %s has the colours that were written', async (_name, bytes) => {
    const picture = await upright(bytes);
    expect([picture.widthPx, picture.heightPx]).toEqual([4, 2]);
    const colours = Array.from({ length: 8 }, (_, i) => colourAt(picture, i % 4, Math.floor(i / 4)));
    expect(colours).toEqual(bitmapColours);
  });

  it('lies over white where it is transparent', async () => {
    const data = Buffer.from([255, 0, 0, 0, 255, 0, 0, 51, 0, 0, 0, 255]);
    const bytes = await sharp(data, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    const picture = await upright(bytes);
    expect([0, 1, 2].map((x) => colourAt(picture, x, 0))).toEqual([
      [255, 255, 255],
      [255, 204, 204],
      [0, 0, 0],
    ]);
  });

  it('of 16 bits keeps the upper eight', async () => {
    const values = Uint16Array.from([0, 0x8080, 0xffff]);
    const bytes = await sharp(values, { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    expect(colourAt(await upright(bytes), 0, 0)).toEqual([0, 128, 255]);
  });

  it('in grey has three equal channels', async () => {
    const bytes = await sharp(Buffer.from([7, 200]), { raw: { width: 2, height: 1, channels: 1 } })
      .png()
      .toBuffer();
    expect(colourAt(await upright(bytes), 1, 0)).toEqual([200, 200, 200]);
  });

  it('in CMYK is brought to sRGB', async () => {
    const bytes = await sharp(await blockPicture())
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const picture = await upright(bytes);
    const [white, black] = [colourAt(picture, 24, 24), colourAt(picture, 8, 24)];
    expect(Math.min(...white)).toBeGreaterThan(245);
    expect(Math.max(...black)).toBeLessThan(70);
  });

  it('with a wide colour profile is brought to sRGB', async () => {
    const inside = { create: { width: 8, height: 8, channels: 3 as const, background: { r: 200, g: 60, b: 60 } } };
    const bytes = await sharp(inside).withIccProfile('p3').png().toBuffer();
    const asStored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    const colour = colourAt(await upright(bytes), 4, 4);
    expect(asStored[0]).toBeLessThan(195);
    for (const [c, value] of [200, 60, 60].entries()) expect(Math.abs(colour[c]! - value)).toBeLessThan(3);
  });

  it('of an animation is its first frame', async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 4, height: 4, channels: 3, background } })
        .png()
        .toBuffer();
    const bytes = await sharp([await frame('#f00'), await frame('#00f')], { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await openPicture(bytes, defaultLimits)).frames).toBe(2);
    const picture = await upright(bytes);
    expect(picture.heightPx).toBe(4);
    expect(colourAt(picture, 2, 2)).toEqual([255, 0, 0]);
  });
});

describe('imagePixels', () => {
  it('brings the short side down and never up', async () => {
    const bytes = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#777' } })
      .png()
      .toBuffer();
    const size = async (side: number) => {
      const { widthPx, heightPx, data } = await imagePixels(bytes, side, null, defaultLimits);
      expect(data.length).toBe(widthPx * heightPx * 3);
      return [widthPx, heightPx];
    };
    expect(await size(40)).toEqual([60, 40]);
    expect(await size(200)).toEqual([300, 200]);
    expect(await size(999)).toEqual([300, 200]);
  });

  it('cuts the region out of the upright picture', async () => {
    const bytes = await sharp(await blockPicture())
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const region = { x: 16, y: 16, width: 16, height: 16 };
    const cut = await imagePixels(bytes, 8, region, defaultLimits);
    expect([cut.widthPx, cut.heightPx]).toEqual([8, 8]);
    const colour = colourAt(cut, 4, 4);
    for (let c = 0; c < 3; c++) expect(Math.abs(colour[c]! - blocks[1]![c]!)).toBeLessThan(6);
  });

  it('cuts a region that hangs over the edge, and refuses one outside', async () => {
    const bytes = await blockPicture();
    const over = await imagePixels(bytes, 99, { x: 40, y: -5, width: 20, height: 10 }, defaultLimits);
    expect([over.widthPx, over.heightPx]).toEqual([8, 5]);
    const outside = imagePixels(bytes, 99, { x: 48, y: 0, width: 4, height: 4 }, defaultLimits);
    await expect(outside).rejects.toThrow('lies outside the picture of 48 × 32');
  });

  it('antialiases: a fine checkerboard becomes grey', async () => {
    const board = Buffer.from(Array.from({ length: 64 * 64 }, (_, i) => ((i + (i >> 6)) % 2) * 255));
    const bytes = await sharp(board, { raw: { width: 64, height: 64, channels: 1 } })
      .png()
      .toBuffer();
    const { data } = await imagePixels(bytes, 16, null, defaultLimits);
    for (const value of data) expect(Math.abs(value - 127.5)).toBeLessThan(12);
  });
});
