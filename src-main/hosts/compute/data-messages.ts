/** Between the training thread and the data thread. Canvases of batches lie in shared memory and stay there. */
import type { PlannedImage } from '#application/ports/runs.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { ErrorFacts } from './messages.ts';

export interface DataThreadData {
  readonly recipe: Recipe;
  readonly seed: number;
  readonly cacheFolder: string;
  readonly cacheSide: number;
  /** The run's frozen list; empty when nothing is trained. */
  readonly images: readonly PlannedImage[];
  /** Images to be judged or embedded, by content hash. */
  readonly judged: readonly string[];
}

/** Numbers that go with a canvas, ready for the graph. */
export interface ViewNumbers {
  readonly slots: number;
  readonly slotOfRow: Int32Array;
  readonly numbers: Float32Array;
  readonly numberRows: number;
}

export type ToData =
  /** Fill a canvas for a step. */
  | { readonly kind: 'fill'; readonly step: number; readonly canvas: number }
  /** Canvases of judged images, by their indices: the central square once, or two fixed views each. */
  | {
      readonly kind: 'judge';
      readonly id: number;
      readonly rows: readonly number[];
      readonly look: 'central' | 'views';
    }
  | { readonly kind: 'close' };

export type FromData =
  | { readonly kind: 'ready'; readonly canvasSide: number; readonly canvases: readonly Uint8Array[] }
  | { readonly kind: 'filled'; readonly step: number; readonly canvas: number; readonly numbers: ViewNumbers }
  | { readonly kind: 'judged'; readonly id: number; readonly canvas: Uint8Array; readonly numbers: ViewNumbers }
  | { readonly kind: 'failed'; readonly error: ErrorFacts };
