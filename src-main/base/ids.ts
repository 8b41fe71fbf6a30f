/** Branded ids: a number or text that can't be passed for another kind's. */
declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Row number of a dataset in `library.db`. */
export type DatasetId = Branded<number, 'DatasetId'>;
/** Row number of an image (content, by hash of its bytes). */
export type ImageId = Branded<number, 'ImageId'>;
/** Row number of a file (a path in a dataset). */
export type FileId = Branded<number, 'FileId'>;
/** Sortable by time of making: `r` + base-36 milliseconds + four random characters. Also the run's folder name. */
export type RunId = Branded<string, 'RunId'>;

/** @param now milliseconds since 1970. @param random uniform in [0, 1). */
export function makeRunId(now: number, random: number): RunId {
  const tail = Math.floor(random * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `r${now.toString(36)}${tail}` as RunId;
}

/** When a run's id was made, in milliseconds since 1970. */
export function madeMs(id: RunId): number {
  return Number.parseInt(id.slice(1, -4), 36);
}

export function isRunId(text: string): text is RunId {
  return /^r[0-9a-z]{8,9}[0-9a-z]{4}$/.test(text);
}
