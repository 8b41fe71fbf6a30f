import type { StateArrays } from './ports.ts';

/** The name of the first array that holds a NaN or an infinity, or null: what must never reach a checkpoint. */
export function firstNonFinite(state: StateArrays): string | null {
  for (const [name, array] of state) {
    if (array.dtype !== 'float32') continue;
    for (const value of array.values) if (!Number.isFinite(value)) return name;
  }
  return null;
}
