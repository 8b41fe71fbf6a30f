import type { StateArrays } from '#training/ports.ts';

/** ‖a − b‖ / ‖b‖ over all arrays whose name starts with `prefix`. */
export function relativeDistance(a: StateArrays, b: StateArrays, prefix: string): number {
  let [difference, length] = [0, 0];
  for (const [name, { values }] of b) {
    if (!name.startsWith(prefix)) continue;
    values.forEach((value, i) => {
      difference += (a.get(name)!.values[i]! - value) ** 2;
      length += value ** 2;
    });
  }
  return Math.sqrt(difference / length);
}
