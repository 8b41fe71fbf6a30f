/**
 * Islands of a map: where images lie close together, with a gap around. Points are counted on a grid, cells that hold
 * more than their share are joined with their neighbours, and each joined piece is a cluster. What lies between belongs
 * to none.
 */

/** Cells along the longer side for many points; fewer points get larger cells, so that a cell can hold several. */
const MOST_CELLS = 96;
/** A cell belongs to an island when it holds at least this share of the mean of cells that hold any. */
const DENSE_SHARE = 0.3;
/** Islands smaller than this share of all points are noise. */
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
  const filled = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const least = Math.max(1, (DENSE_SHARE * points) / Math.max(1, filled));
  const pieces = joinedCells(counts, columns, rows, least);
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

/** Pieces of dense cells that touch, corners included. */
function joinedCells(counts: Uint32Array, columns: number, rows: number, least: number): number[][] {
  const seen = new Uint8Array(counts.length);
  const pieces: number[][] = [];
  for (let start = 0; start < counts.length; start++) {
    if (seen[start] || counts[start]! < least) continue;
    const piece = [start];
    seen[start] = 1;
    for (const cell of piece) {
      const [x, y] = [cell % columns, Math.floor(cell / columns)];
      for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
          const next = v * columns + u;
          if (seen[next] || counts[next]! < least) continue;
          seen[next] = 1;
          piece.push(next);
        }
      }
    }
    pieces.push(piece);
  }
  return pieces;
}
