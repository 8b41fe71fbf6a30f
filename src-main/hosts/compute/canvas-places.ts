/**
 * The canvases of a run, numbered in the order in which its steps ask for them: one for each step, or, where a batch is
 * computed in chunks, one for each chunk of each pass of each step.
 */
import type { ChunkPlan } from '#simclr/objectives/chunk-plan.ts';

export interface CanvasPlace {
  readonly step: number;
  readonly pass: number;
  readonly chunk: number;
}

/** @param plan null: batches are computed whole. */
export function placeNumber(plan: ChunkPlan | null, { step, pass, chunk }: CanvasPlace): number {
  return plan === null ? step : (step * plan.passes + pass) * plan.count + chunk;
}

export function canvasPlace(plan: ChunkPlan | null, place: number): CanvasPlace {
  if (plan === null) return { step: place, pass: 0, chunk: 0 };
  const pass = Math.floor(place / plan.count);
  return { step: Math.floor(pass / plan.passes), pass: pass % plan.passes, chunk: place % plan.count };
}
