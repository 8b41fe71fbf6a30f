/** One step of a schema. Written once, never changed after a release: libraries out there have run it. */
export interface Migration {
  /** 1, 2, 3 … without a gap; `PRAGMA user_version` after it ran. */
  readonly version: number;
  /** Verb and noun, as in the file's name. */
  readonly name: string;
  readonly sql: string;
}
