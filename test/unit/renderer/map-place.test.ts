import { describe, expect, it } from 'vitest';
import { placeOf, readPlace, viewAt, writePlace } from '../../../src-renderer/charts/map-place.ts';
import { zoomedAt } from '../../../src-renderer/charts/point-cloud.ts';

const fit = { scale: 37.5, dx: 410, dy: 260 };
const middle = { x: 500, y: 300 };

describe('a place on the map', () => {
  it('goes through an address and back to the same view', () => {
    const view = zoomedAt(fit, 12.34, 77, 501);
    const back = viewAt(readPlace(writePlace(placeOf(view, fit, middle)))!, fit, middle);
    expect(back.scale).toBeCloseTo(view.scale, 3);
    expect(back.dx).toBeCloseTo(view.dx, 2);
    expect(back.dy).toBeCloseTo(view.dy, 2);
  });

  it('keeps its middle in a window of another size', () => {
    const place = placeOf(zoomedAt(fit, 3, 100, 100), fit, middle);
    const other = { x: 250, y: 900 };
    const view = viewAt(place, { scale: 20, dx: 0, dy: 0 }, other);
    expect(placeOf(view, { scale: 20, dx: 0, dy: 0 }, other)).toEqual({
      x: expect.closeTo(place.x, 9) as number,
      y: expect.closeTo(place.y, 9) as number,
      zoom: expect.closeTo(3, 9) as number,
    });
  });

  it.each(['', '1,2', '1,2,0', '1,2,-1', '1,two,3', '1,2,Infinity', '1,2,3,4'])('is not read from "%s"', (text) => {
    expect(readPlace(text)).toBeNull();
  });
});
