/** How large the library of the scale bench is, and the names its parts agree on. */
export interface LibrarySize {
  readonly files: number;
  /** Different images among them. */
  readonly images: number;
  /** Images that the finished run has encoded. */
  readonly embeddings: number;
}

export const DATASET_ID = 1;
/** Nothing lies there: originals are not looked at by what is measured. */
export const ROOT = '/archive';
export const LABELS = 120;
export const DIMENSIONS = 128;
export const RUN_ID = 'rmscale0000000';
export const RUN_STEP = 1000;

/** The first images are the ones with embeddings. */
export function isEmbedded(image: number, embeddings: number): boolean {
  return image <= embeddings;
}
