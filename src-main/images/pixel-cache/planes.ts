/** Colours of each pixel together → one colour plane after the other. @param rgb uint8 [count, 3]. */
export function planesOf(rgb: Uint8Array): Uint8Array {
  const count = rgb.length / 3;
  const planes = new Uint8Array(rgb.length);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    planes[i] = rgb[at]!;
    planes[count + i] = rgb[at + 1]!;
    planes[2 * count + i] = rgb[at + 2]!;
  }
  return planes;
}
