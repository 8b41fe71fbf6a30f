/** Between the training thread and the data thread. Canvases of batches lie in shared memory and stay there. */
import type { PlannedImage } from '#application/ports/runs.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { StepInput } from '#training/ports.ts';
import type { LookName, LookShape } from './look-shapes.ts';
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

/** Named arrays as the graph takes them. */
export type NamedInputs = readonly (readonly [name: string, input: StepInput])[];

export type ToData =
  /** Fill a canvas; which views go on it follows from its place in the run (`canvas-places.ts`). */
  | { readonly kind: 'fill'; readonly place: number; readonly canvas: number }
  /** What draws judged images, by their indices, as many as one run takes at most. */
  | {
      readonly kind: 'judge';
      readonly id: number;
      readonly rows: readonly number[];
      readonly look: LookName;
    }
  | { readonly kind: 'close' };

export type FromData =
  /** `canvases`: shared memory, each uint8 `canvasShape`. */
  | {
      readonly kind: 'ready';
      readonly canvasShape: readonly number[];
      readonly canvases: readonly Uint8Array[];
      readonly looks: Readonly<Record<LookName, LookShape>>;
    }
  /** `views`: which rows of the batch are on it, ascending; null: all. */
  | {
      readonly kind: 'filled';
      readonly canvas: number;
      readonly inputs: NamedInputs;
      readonly views: Uint32Array | null;
    }
  | { readonly kind: 'judged'; readonly id: number; readonly inputs: NamedInputs }
  | { readonly kind: 'failed'; readonly error: ErrorFacts };
