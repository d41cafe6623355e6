import { describe, expect, it } from 'vitest';

import { radians } from '../../lib/geometry';
import { contain, fitted, lensOf } from '../flatMath';
import { lensOn } from '../sphereMath';
import { type Lens, type Point, rectOf, within } from './plane';
import { clip, MOST_BOXES, outlineOf, pointsOf, regionsOf, unwrapped } from './region';

const FRAME = { width: 800, height: 600 };

function flat(scale: number, x: number, y: number, image = { width: 4000, height: 2000 }): Lens {
  return lensOf(contain({ scale, x, y }, image, FRAME), fitted(image, FRAME), FRAME, image);
}

function sphere(yaw: number, pitch: number): Lens {
  const camera = { yaw: radians(yaw), pitch: radians(pitch), verticalFov: radians(90), ...FRAME };
  return lensOn(camera, { tilt: 0, roll: 0 }, { width: 4000, height: 2000 }, null);
}

const SIZE = { width: 4000, height: 2000 };
const regions = (lens: Lens, one: Point, other: Point) => regionsOf(outlineOf(rectOf(one, other), lens), lens, SIZE);

function polygons(lens: Lens, one: Point, other: Point): (readonly (readonly [number, number])[])[] {
  return regions(lens, one, other).map((region) => ('polygon' in region ? region.polygon : []));
}

/** Left, top, right and bottom, rounded. */
function bounds(polygon: readonly (readonly [number, number])[]): number[] {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map(Math.round);
}

describe('a box on a flat picture', () => {
  it('is a box in its pixels', () => {
    // Fitted, 800 × 400 of the 800 × 600 are the picture: five of its pixels are one of the screen.
    expect(regions(flat(1, 0, 0), { x: 300, y: 200 }, { x: 200, y: 400 })).toEqual([{ box: [1000, 500, 1500, 1500] }]);
    expect(regions(flat(2, 0, 0), { x: 400, y: 300 }, { x: 410, y: 310 })).toEqual([{ box: [2000, 1000, 2025, 1025] }]);
  });

  it('is cut where the picture ends', () => {
    expect(regions(flat(1, 0, 0), { x: -20, y: 50 }, { x: 100, y: 200 })).toEqual([{ box: [0, 0, 500, 500] }]);
    expect(regions(flat(1, 0, 0), { x: 100, y: 0 }, { x: 200, y: 90 })).toEqual([]);
  });
});

describe('a box on a panorama', () => {
  it('is a polygon whose sides follow the sphere', () => {
    const [polygon, ...others] = polygons(sphere(0, 0), { x: 300, y: 200 }, { x: 500, y: 400 });
    expect(others).toEqual([]);
    const third = Math.atan(1 / 3);
    const corner = Math.atan(Math.cos(third) / 3);
    const [left, top, right, bottom] = bounds(polygon ?? []);
    expect(left).toBe(Math.round(2000 - (third / Math.PI) * 2000));
    expect(right).toBe(Math.round(2000 + (third / Math.PI) * 2000));
    // Its upper side is highest in its middle, and lower at its corners.
    expect(top).toBe(Math.round(1000 - (third / Math.PI) * 2000));
    expect(bottom).toBe(Math.round(1000 + (third / Math.PI) * 2000));
    const corners = (polygon ?? []).filter(([x]) => Math.round(x) === left).map(([, y]) => y);
    expect(Math.min(...corners)).toBeCloseTo(1000 - (corner / Math.PI) * 2000, 0);
  });

  it('is two polygons where the picture ends in it', () => {
    const parts = polygons(sphere(180, 0), { x: 300, y: 200 }, { x: 500, y: 400 });
    const half = Math.round((Math.atan(1 / 3) / Math.PI) * 2000);
    expect(parts.map(bounds).map(([left, , right]) => [left, right]).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual([
      [0, half],
      [4000 - half, 4000],
    ]);
  });

  it.each([[90, 0], [-90, 2000]])('holds the pole that it was drawn around, at %i°', (pitch, edge) => {
    const parts = polygons(sphere(40, pitch), { x: 300, y: 200 }, { x: 500, y: 400 });
    const [left, , right] = bounds(parts.flat());
    expect([left, right]).toEqual([0, 4000]);
    for (const x of [0, 4000]) expect(parts.flat()).toContainEqual([x, edge]);
    expect(parts.every((part) => part.some(([, y]) => y === edge))).toBe(true);
  });

  it('has so few corners that all boxes fit in one request', () => {
    for (const yaw of [0, 180]) {
      for (const pitch of [-90, 0, 60, 90]) {
        const corners = polygons(sphere(yaw, pitch), { x: 300, y: 200 }, { x: 500, y: 400 }).flat().length;
        expect(corners * MOST_BOXES).toBeLessThanOrEqual(1000);
      }
    }
  });

  it('is found again where it was drawn', () => {
    const lens = sphere(170, -35);
    const rect = rectOf({ x: 120, y: 80 }, { x: 333, y: 444 });
    const seen = outlineOf(rect, lens).map((at) => lens.toScreen(at));
    expect(Math.min(...seen.map((at) => at?.x ?? NaN))).toBeCloseTo(120, 6);
    expect(Math.max(...seen.map((at) => at?.y ?? NaN))).toBeCloseTo(444, 6);
  });
});

describe('outlines', () => {
  it('go on over the edge', () => {
    const xs = unwrapped([{ x: 3990, y: 5 }, { x: 10, y: 5 }, { x: 10, y: 9 }, { x: 3990, y: 9 }], 4000, 2000);
    expect(xs.map(({ x }) => x)).toEqual([3990, 4010, 4010, 3990]);
  });

  it('of nothing are nothing', () => {
    expect(unwrapped([], 4000, 2000)).toEqual([]);
    expect(clip([], SIZE)).toEqual([]);
    expect(clip([{ x: -5, y: -5 }, { x: -1, y: -5 }, { x: -1, y: -1 }], SIZE)).toEqual([]);
  });

  it('of boxes have points on their sides', () => {
    expect(pointsOf({ box: [0, 0, 10, 20] })).toHaveLength(40);
    expect(pointsOf({ polygon: [[1, 2], [3, 4], [5, 0]] })).toEqual([{ x: 1, y: 2 }, { x: 3, y: 4 }, { x: 5, y: 0 }]);
  });
});

describe('boxes on the screen', () => {
  it('stay on it', () => {
    expect(within({ left: -10, top: 590, right: 40, bottom: 640 }, FRAME)).toEqual({ left: 0, top: 550, right: 50, bottom: 600 });
    expect(within({ left: 0, top: 0, right: 2000, bottom: 10 }, FRAME)).toEqual({ left: 0, top: 0, right: 800, bottom: 10 });
  });
});
