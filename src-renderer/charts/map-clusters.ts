/**
 * Hills of a map: where images lie denser than around. Points are counted on a grid and smoothed; from the densest cell
 * down, a cell joins the hill it touches or begins one, and two hills that meet become one unless the pass between them
 * is clearly lower than the lower top.
 */

/** Cells along the longer side for many points; fewer points get larger cells, so that a cell can hold several. */
const MOST_CELLS = 96;
/** A hill stays one of its own where the pass to a higher one is below this share of its top. */
const PASS_SHARE = 0.85;
/** Hills smaller than this share of all points are noise. */
const LEAST_SHARE = 0.005;
const MOST_CLUSTERS = 60;

export interface MapClusters {
  /** Of each point: 0 for none, else its cluster, from 1, the largest first. */
  readonly clusterOf: Uint8Array;
  /** How many points each holds; first those in none. */
  readonly sizes: readonly number[];
}

/** @param positions x and y in turn, as the projection gives them. */
export function mapClusters(positions: Float32Array): MapClusters {
  const points = positions.length / 2;
  const { cellOf, columns, rows } = gridOf(positions);
  const counts = new Uint32Array(columns * rows);
  for (let i = 0; i < points; i++) counts[cellOf(i)]!++;
  const pieces = hills(smoothed(smoothed(counts, columns, rows), columns, rows), columns, rows);
  const kept = pieces
    .map((cells) => ({ cells, size: cells.reduce((sum, cell) => sum + counts[cell]!, 0) }))
    .filter(({ size }) => size >= Math.max(2, LEAST_SHARE * points))
    .toSorted((a, b) => b.size - a.size)
    .slice(0, MOST_CLUSTERS);
  const clusterOfCell = new Uint8Array(columns * rows);
  kept.forEach(({ cells }, i) => cells.forEach((cell) => (clusterOfCell[cell] = i + 1)));
  const clusterOf = Uint8Array.from({ length: points }, (_, i) => clusterOfCell[cellOf(i)]!);
  const inside = kept.reduce((sum, { size }) => sum + size, 0);
  return { clusterOf, sizes: [points - inside, ...kept.map(({ size }) => size)] };
}

function gridOf(positions: Float32Array): { cellOf: (point: number) => number; columns: number; rows: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i]!);
    right = Math.max(right, positions[i]!);
    top = Math.min(top, positions[i + 1]!);
    bottom = Math.max(bottom, positions[i + 1]!);
  }
  const along = Math.max(4, Math.min(MOST_CELLS, Math.round(Math.sqrt(positions.length / 2) / 1.5)));
  const side = Math.max(right - left, bottom - top, 1e-6) / along;
  const columns = Math.max(1, Math.floor((right - left) / side) + 1);
  const rows = Math.max(1, Math.floor((bottom - top) / side) + 1);
  const at = (value: number, from: number): number => Math.floor((value - from) / side);
  return { cellOf: (i) => at(positions[2 * i + 1]!, top) * columns + at(positions[2 * i]!, left), columns, rows };
}

/** Cells around a cell and itself, within the grid. */
function* around(cell: number, columns: number, rows: number): Generator<number> {
  const [x, y] = [cell % columns, Math.floor(cell / columns)];
  for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) yield v * columns + u;
  }
}

/** Each cell the mean of the nine around it; beyond the edge there is nothing. */
function smoothed(values: ArrayLike<number>, columns: number, rows: number): Float64Array {
  return Float64Array.from({ length: values.length }, (_, cell) => {
    let sum = 0;
    for (const near of around(cell, columns, rows)) sum += values[near]!;
    return sum / 9;
  });
}

/** Cells of each hill. */
function hills(density: Float64Array, columns: number, rows: number): number[][] {
  const order = [...density.keys()].filter((cell) => density[cell]! > 0).toSorted((a, b) => density[b]! - density[a]!);
  /** Of each cell the top of its hill, by way of hills that joined others. */
  const under = new Int32Array(density.length).fill(-1);
  const topOf = (cell: number): number => {
    let top = cell;
    while (under[top] !== top) top = under[top]!;
    return top;
  };
  for (const cell of order) {
    const tops = new Set([...around(cell, columns, rows)].filter((near) => under[near]! >= 0).map(topOf));
    const [highest = cell, ...others] = [...tops].toSorted((a, b) => density[b]! - density[a]!);
    under[cell] = highest;
    for (const top of others) if (density[cell]! >= PASS_SHARE * density[top]!) under[top] = highest;
  }
  const pieces = Map.groupBy(order, topOf);
  return [...pieces.values()];
}
