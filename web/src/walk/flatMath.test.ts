import { describe, expect, it } from 'vitest';

import { contain, fitted, MAX_SCALE, placementOf, scaleOfZoom, viewOf, zoomAt, zoomOfScale } from './flatMath';

const IMAGE = { width: 4000, height: 3000 };
const FRAME = { width: 1000, height: 600 };

describe('flat pictures', () => {
  it('fit into their frame', () => {
    expect(fitted(IMAGE, FRAME)).toEqual({ width: 800, height: 600 });
    expect(fitted({ width: 0, height: 0 }, FRAME)).toEqual({ width: 0, height: 0 });
  });

  it('leave no gap that zooming out would not leave', () => {
    expect(contain({ scale: 1, x: 50, y: 50 }, IMAGE, FRAME)).toEqual({ scale: 1, x: 0, y: 0 });
    expect(contain({ scale: 2, x: 999, y: -999 }, IMAGE, FRAME)).toEqual({ scale: 2, x: 300, y: -300 });
    expect(contain({ scale: 99, x: 0, y: 0 }, IMAGE, FRAME).scale).toBe(MAX_SCALE);
  });

  it('zoom around the pointer', () => {
    const before = { scale: 2, x: 40, y: -10 };
    const at = { x: 120, y: 80 };
    const after = zoomAt(before, 1.5, at);
    const under = (placement: typeof before) => [(at.x - placement.x) / placement.scale, (at.y - placement.y) / placement.scale];
    expect(after.scale).toBe(3);
    under(after).forEach((value, i) => {
      expect(value).toBeCloseTo(under(before)[i] ?? NaN, 9);
    });
  });

  it('zoom in even steps from 0 to 100', () => {
    expect(zoomOfScale(1)).toBe(0);
    expect(zoomOfScale(MAX_SCALE)).toBeCloseTo(100, 9);
    expect(zoomOfScale(scaleOfZoom(42))).toBeCloseTo(42, 9);
  });

  it('look where the permalink says', () => {
    const fit = fitted(IMAGE, FRAME);
    const view = { heading: 5, pitch: 6, zoom: 50 };
    const back = viewOf(placementOf(view, fit, 350, 70), fit, 350, 70);
    expect(back.heading).toBeCloseTo(5, 9);
    expect(back.pitch).toBeCloseTo(6, 9);
    expect(back.zoom).toBeCloseTo(50, 9);
  });

  it('turn right when the image moves left', () => {
    expect(viewOf({ scale: 1, x: -100, y: 0 }, fitted(IMAGE, FRAME), 10, 80).heading).toBeCloseTo(20, 9);
  });
});
