const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const two = (value: number): string => String(value).padStart(2, '0');

/** `1,000`. */
export function formatCount(count: number): string {
  return numbers.format(count);
}

/** `1 file`, `1,000 files`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}

/** `1,234`; large rates without a fraction, small ones with one digit. */
export function formatRate(perSecond: number): string {
  return perSecond >= 10 ? numbers.format(perSecond) : perSecond.toFixed(1);
}

/** `9 s`, `2 min 05 s`, `3 h 07 min`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}
