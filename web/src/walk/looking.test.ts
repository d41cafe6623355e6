import { describe, expect, it } from 'vitest';

import { fitted, focalOf, placementOf, viewOf } from './flatMath';
import { sameLook, samePart } from './looking';
import { angleOfFocal, focalOfAngle } from './sphereMath';

const VIEW = { heading: 250, pitch: -12, zoom: 40 };

describe('the same look', () => {
  const never = { is360: true, zoomOf: () => NaN };

  it('is the same view on a picture of the same kind', () => {
    expect(sameLook({ is360: true, view: VIEW, focal: 500 }, never)).toEqual(VIEW);
    expect(sameLook({ is360: false, view: VIEW, focal: 500 }, { ...never, is360: false })).toEqual(VIEW);
  });

  it('keeps direction and size on a picture of another kind', () => {
    const on = { is360: true, zoomOf: (focal: number) => focal / 10 };
    expect(sameLook({ is360: false, view: VIEW, focal: 500 }, on)).toEqual({ ...VIEW, zoom: 50 });
  });
});

describe('the same part of a flat picture', () => {
  it('is as far from the middle, whatever the compass said', () => {
    const shown = samePart({ heading: 355, pitch: 4, zoom: 60 }, { heading: 340, span: 60 }, { heading: 20, span: 60 });
    expect(shown).toEqual({ heading: 35, pitch: 4, zoom: 60 });
  });

  it('is bounded by the same edges on pictures of other widths', () => {
    const image = { width: 800, height: 600 };
    const frame = { width: 400, height: 300 };
    const fit = fitted(image, frame);
    const placement = { scale: 3, x: -400, y: 120 };
    const view = viewOf(placement, fit, 340, 60);
    const other = placementOf(samePart(view, { heading: 340, span: 60 }, { heading: 20, span: 90 }), fit, 20, 90);
    expect(other.scale).toBeCloseTo(placement.scale, 9);
    expect(other.x).toBeCloseTo(placement.x, 6);
    expect(other.y).toBeCloseTo(placement.y, 6);
  });
});

describe('how far a picture lies before the eye', () => {
  it('is what makes a part as wide on a plane and on a sphere', () => {
    // 90° on 1000 pixels: as far away as half of that is wide.
    expect(focalOf(1000, 90)).toBeCloseTo(500, 9);
    expect(focalOfAngle(1000, Math.PI / 2)).toBeCloseTo(500, 9);
    expect(angleOfFocal(1000, 500)).toBeCloseTo(Math.PI / 2, 9);
    expect(angleOfFocal(700, focalOfAngle(700, 1.2))).toBeCloseTo(1.2, 9);
  });

  it('is sensible for what claims to be wider than any plane', () => {
    expect(focalOf(1000, 180)).toBeGreaterThan(100);
    expect(angleOfFocal(1000, 0)).toBeCloseTo(Math.PI, 9);
  });
});
