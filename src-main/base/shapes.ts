/** A tensor or array whose shape is not what a function promises to take. Says what was expected and what came. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** @throws ShapeError when `actual` differs from `expected`; −1 in `expected` matches any size. */
export function checkShape(what: string, actual: readonly number[], expected: readonly number[]): void {
  const matches = actual.length === expected.length && expected.every((size, i) => size === -1 || size === actual[i]);
  if (!matches) {
    const wanted = expected.map((size) => (size === -1 ? 'any' : size)).join(', ');
    throw new ShapeError(`${what} must have shape [${wanted}], got [${actual.join(', ')}].`);
  }
}
