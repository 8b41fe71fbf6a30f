/** Numbers as a person reads them: aligned digits, units, no more precision than is meant. */

const whole = new Intl.NumberFormat('en');
const share0 = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
const share1 = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** 50000 → "50,000" */
export const count = (value: number): string => whole.format(value);

/** "1 file", "1,204 files" */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${whole.format(value)} ${value === 1 ? one : many}`;

/** 0.123 → "12%" */
export const percent = (share: number): string => share0.format(share);

/** 0.5437 → "54.4%" */
export const points = (share: number): string => share1.format(share);

/** Bytes in the unit a file manager shows. */
export function bytes(value: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 ? whole.format(scaled) : scaled.toPrecision(3)} ${units[unit]}`;
}

/** 90,500 ms → "1 min 31 s"; hours from an hour on; never two units too fine. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes < 10 ? `${minutes} min ${seconds % 60} s` : `${Math.round(seconds / 60)} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
