/**
 * Colours for groups that can be told apart: hues by the golden angle in OKLCH at one lightness and chroma, so that no
 * group shouts; lightness alternates, so neighbours also differ for eyes that don't see hue.
 */
const GOLDEN_ANGLE = 137.508;

/** CSS colour of group `index`. */
export function groupColour(index: number, isDark: boolean): string {
  const light = (isDark ? 0.74 : 0.56) + (index % 2 === 0 ? 0 : isDark ? -0.12 : 0.12);
  return `oklch(${light} 0.14 ${(40 + index * GOLDEN_ANGLE) % 360})`;
}

/** The same colours as pixels (0xAABBGGRR), for `count` groups, at least one, at most 256. */
export function groupPalette(count: number, isDark: boolean): Uint32Array {
  const probe = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  return Uint32Array.from({ length: Math.min(256, Math.max(1, count)) }, (_, i) => {
    probe.fillStyle = groupColour(i, isDark);
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    return (0xff000000 | (blue! << 16) | (green! << 8) | red!) >>> 0;
  });
}
