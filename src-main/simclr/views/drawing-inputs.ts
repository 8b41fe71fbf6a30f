/**
 * The numbers of a step's views as the graph takes them.
 *
 * The graph draws views in *slots*: streams of equal length, one after the other, each with a fixed sequence of
 * operations (`ViewPlan.streams`). Which view sits in which slot changes from step to step; what is done to a slot does
 * not. Slots left over hold no view: their box is one pixel, everything else neutral, their result is dropped.
 */
import type { ViewParameters } from './view-parameters.ts';
import { HUE, slotCount, streamLength, type ViewPlan } from './view-plan.ts';

/**
 * Rows of `DrawingInputs.numbers`. `scaleY` and `scaleX` are the box's height and width over the view's side, `hue` is in turns, `blur` is −1 / (2σ²), `linear` the first of three rows for each
 * linear operation: own, grey, mean.
 */
export const NUMBER_ROWS = { scaleY: 0, scaleX: 1, flipY: 2, flipX: 3, hue: 4, grey: 5, blur: 6, linear: 7 } as const;

const NO_BLUR = -1e4;

export interface DrawingInputs {
  readonly slots: number;
  /** [slots]: the view drawn in each slot, −1 for filling. Tells the data worker what to put in a row of the canvas. */
  readonly rowOfSlot: Int32Array;
  /** [2N]: where each view is drawn. */
  readonly slotOfRow: Int32Array;
  /** float32 [numberRows(plan), slots]. */
  readonly numbers: Float32Array;
}

/** Rows of `DrawingInputs.numbers`. */
export function numberRows(plan: ViewPlan): number {
  return NUMBER_ROWS.linear + 3 * plan.linearCount;
}

/** @throws Error when the orders were not dealt (`dealOrders`), so that they don't fit the streams. */
export function drawingInputs(plan: ViewPlan, parameters: ViewParameters): DrawingInputs {
  const { viewCount, boxes, flips, factors, greys, sigmas } = parameters;
  const slots = slotCount(plan, viewCount);
  const { rowOfSlot, slotOfRow } = arrangement(plan, parameters);
  const numbers = new Float32Array(numberRows(plan) * slots);
  const write = (row: number, slot: number, value: number): void => {
    numbers[row * slots + slot] = value;
  };
  for (let slot = 0; slot < slots; slot++) {
    const view = rowOfSlot[slot]!;
    const isFilling = view < 0;
    write(NUMBER_ROWS.scaleY, slot, (isFilling ? 1 : boxes[4 * view + 2]!) / plan.side);
    write(NUMBER_ROWS.scaleX, slot, (isFilling ? 1 : boxes[4 * view + 3]!) / plan.side);
    if (isFilling) continue;
    write(NUMBER_ROWS.flipX, slot, flips[view]!);
    write(NUMBER_ROWS.hue, slot, factors[4 * view + HUE]!);
    write(NUMBER_ROWS.grey, slot, greys[view]!);
    write(NUMBER_ROWS.blur, slot, blurExponent(sigmas[view]!));
    writeLinear(plan, parameters, view, (row, value) => write(row, slot, value));
  }
  return { slots, rowOfSlot, slotOfRow, numbers };
}

/** At −10⁴ only a kernel's middle is left: the view stays as it is. */
function blurExponent(sigma: number): number {
  return sigma > 0 ? Math.max(-0.5 / (sigma * sigma), NO_BLUR) : NO_BLUR;
}

/** The stream a view is drawn in: that of its turn of hue, as many linear operations come before it. */
export function streamOfView(plan: ViewPlan, orders: Uint8Array, view: number): number {
  const first = view * plan.operations.length;
  return plan.hasHue ? orders.indexOf(HUE, first) - first : 0;
}

/** Puts each view into its stream. */
function arrangement(plan: ViewPlan, { viewCount, orders }: ViewParameters) {
  const rowOfSlot = new Int32Array(slotCount(plan, viewCount)).fill(-1);
  const slotOfRow = new Int32Array(viewCount);
  const length = streamLength(plan, viewCount);
  const filled = new Int32Array(plan.streams);
  for (let view = 0; view < viewCount; view++) {
    const stream = streamOfView(plan, orders, view);
    if (filled[stream] === length) {
      throw new Error(`At most ${length} of ${viewCount} views can turn their hue after ${stream} operations.`);
    }
    const slot = stream * length + filled[stream]!++;
    rowOfSlot[slot] = view;
    slotOfRow[view] = slot;
  }
  return { rowOfSlot, slotOfRow };
}

/**
 * A linear operation makes of the colours x: own · x + grey · g + mean · ḡ, with g the grey of the pixel and ḡ its mean
 * over the view. Brightness f: own = f. Contrast f: own = f, mean = 1 − f. Saturation f: own = f, grey = 1 − f.
 */
function writeLinear(
  plan: ViewPlan,
  { orders, factors }: ViewParameters,
  view: number,
  write: (row: number, value: number) => void,
): void {
  const size = plan.operations.length;
  let row: number = NUMBER_ROWS.linear;
  for (let position = 0; position < size; position++) {
    const operation = orders[view * size + position]!;
    if (operation === HUE) continue;
    const factor = factors[4 * view + operation]!;
    write(row, factor);
    if (operation === 2) write(row + 1, 1 - factor);
    if (operation === 1) write(row + 2, 1 - factor);
    row += 3;
  }
}
