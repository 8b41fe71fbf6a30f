/** A straight line through points. */
export interface LineFit {
  readonly intercept: number;
  readonly slope: number;
  /** Share of the variance that the line explains. */
  readonly rSquared: number;
  /** The largest distance of a point from the line, as a share of the point. */
  readonly largestDeviation: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * y = intercept + slope · x with the least sum of squared relative distances, so that small points count as much as
 * large ones. @param points at least two with different x; y above 0.
 */
export function fitLine(points: readonly Point[]): LineFit {
  const weighted = points.map(({ x, y }) => ({ x, y, weight: 1 / (y * y) }));
  const sum = (value: (point: Point) => number): number =>
    weighted.reduce((total, point) => total + point.weight * value(point), 0);
  const total = sum(() => 1);
  const [meanX, meanY] = [sum(({ x }) => x) / total, sum(({ y }) => y) / total];
  const slope = sum(({ x, y }) => (x - meanX) * (y - meanY)) / sum(({ x }) => (x - meanX) ** 2);
  const intercept = meanY - slope * meanX;
  const residual = ({ x, y }: Point): number => y - intercept - slope * x;
  return {
    intercept,
    slope,
    rSquared: 1 - sum((point) => residual(point) ** 2) / sum(({ y }) => (y - meanY) ** 2),
    largestDeviation: Math.max(...points.map((point) => Math.abs(residual(point)) / point.y)),
  };
}
