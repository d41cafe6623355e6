import { describe, expect, it } from 'vitest';

import { distance, type Polygon, type Position, type Ring } from '../lib/geometry';
import { boxOf, crossing, cutAtAntimeridian, MOST_POSITIONS, objectionTo, outlineOf, sizeOf } from './outline';

function square(west: number, south: number, side: number): Ring {
  const [east, north] = [west + side, south + side];
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

/** A ring around a place, with so many corners. */
function round(lon: number, lat: number, radius: number, corners: number): Ring {
  const ring = Array.from({ length: corners }, (_, index): Position => {
    const angle = (2 * Math.PI * index) / corners;
    return [lon + radius * Math.cos(angle), lat + radius * Math.sin(angle)];
  });
  return [...ring, ring[0] ?? [0, 0]];
}

describe('an outline', () => {
  it('is that of an area of one ring', () => {
    const ring = square(0, 0, 1);
    expect(outlineOf([[[[0, 0], ...ring]]])).toEqual(ring.slice(0, -1));
    expect([outlineOf([]), outlineOf([[ring], [square(2, 2, 1)]]), outlineOf([[ring, square(0.2, 0.2, 0.1)]])]).toEqual([null, null, null]);
  });

  it('crosses itself in a bow tie, at its knot', () => {
    expect(crossing([[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]])).toEqual([1, 1]);
  });

  it('may be told of before it is closed', () => {
    expect(crossing([[0, 0], [2, 2], [2, 0], [0, 2]])).toEqual([1, 1]);
    expect(crossing([[0, 0], [2, 2], [2, 0], [3, 0]])).toBeNull();
  });

  it.each<[string, Position[], Position]>([
    ['a corner on an edge', [[0, 0], [4, 0], [4, 4], [2, 0], [0, 4], [0, 0]], [2, 0]],
    ['a corner twice', [[0, 0], [2, 1], [4, 0], [4, 4], [2, 1], [0, 4], [0, 0]], [2, 1]],
    ['there and back', [[0, 0], [1, 0], [2, 0], [1, 0], [1, 1], [0, 0]], [1, 0]],
    ['upright edges on one another', [[0, 0], [0, 4], [1, 4], [0, 3], [0, 1], [1, 1], [0, 0]], [0, 1]],
  ])('touches itself: %s', (_what, line, at) => {
    const found = crossing(line);
    expect(found).not.toBeNull();
    expect(line.filter(([lon, lat]) => lon === found?.[0] && lat === found[1])).not.toEqual([]);
    expect(distance({ lon: found?.[0] ?? 9, lat: found?.[1] ?? 9 }, { lon: at[0], lat: at[1] })).toBeLessThan(350_000);
  });

  it('does not cross itself where it only turns, repeats a corner, or is closed', () => {
    expect(crossing(square(0, 0, 1))).toBeNull();
    expect(crossing([[0, 0], [2, 0], [2, 0], [2, 2], [1, 1], [0, 2], [0, 0], [0, 0]])).toBeNull();
    expect(crossing([])).toBeNull();
  });

  it('is looked at quickly, however long it is', () => {
    const begun = performance.now();
    expect(crossing(round(2, 48, 1, MOST_POSITIONS - 1))).toBeNull();
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('agrees with looking at every pair of edges', () => {
    // Numbers that look random, the same each time.
    let seed = 7;
    const next = (): number => (seed = (seed * 16_807) % 2_147_483_647) % 12;
    let crossed = 0;
    for (let turn = 0; turn < 500; turn += 1) {
      const line = Array.from({ length: 5 }, (): Position => [next(), next()]).filter(
        ([lon, lat], index, all) => all.findIndex(([x, y]) => x === lon && y === lat) === index,
      );
      const expected = everyPair(line);
      expect(crossing(line) !== null, JSON.stringify(line)).toBe(expected);
      if (expected) crossed += 1;
    }
    expect(crossed).toBeGreaterThan(50);
    expect(crossed).toBeLessThan(450);
  });
});

/** Whether two edges of a line that do not follow one another have a point in common, by solving for it. */
function everyPair(line: readonly Position[]): boolean {
  for (let i = 0; i + 1 < line.length; i += 1) {
    for (let j = i + 2; j + 1 < line.length; j += 1) {
      const [[ax, ay], [bx, by], [cx, cy], [dx, dy]] = [line[i], line[i + 1], line[j], line[j + 1]] as [Position, Position, Position, Position];
      const across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
      if (across !== 0) {
        const s = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across;
        const u = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / across;
        if (s >= 0 && s <= 1 && u >= 0 && u <= 1) return true;
      } else if ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax) === 0) {
        const along = ([x, y]: Position): number => ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
        const [from, to] = [along([cx, cy]), along([dx, dy])];
        if (Math.max(from, to) >= 0 && Math.min(from, to) <= 1) return true;
      }
    }
  }
  return false;
}

describe('the size of an area', () => {
  it('is that of the sphere', () => {
    const sphere = 4 * Math.PI * 6_371_008.8 ** 2;
    const octant: Polygon = [[[0, 0], [90, 0], [90, 90], [0, 90], [0, 0]]];
    expect(sizeOf([octant]) / sphere).toBeCloseTo(1 / 8, 6);
  });

  it('is that of a plane for a garden, whichever way it is drawn', () => {
    const corner = { lon: 2.35, lat: 48.85 };
    const [width, height] = [distance(corner, { lon: 2.351, lat: 48.85 }), distance(corner, { lon: 2.35, lat: 48.851 })];
    const garden = square(2.35, 48.85, 0.001);
    expect(sizeOf([[garden]]) / (width * height)).toBeCloseTo(1, 4);
    expect(sizeOf([[[...garden].reverse()]])).toBeCloseTo(sizeOf([[garden]]), 6);
  });

  it('is without holes, and with all parts', () => {
    const [whole, hole] = [square(0, 0, 0.01), square(0.002, 0.002, 0.005)];
    expect(sizeOf([[whole, hole]])).toBeCloseTo(sizeOf([[whole]]) - sizeOf([[hole]]), 3);
    expect(sizeOf([[whole], [square(1, 0, 0.01)]])).toBeCloseTo(2 * sizeOf([[whole]]), 3);
    expect(sizeOf([])).toBe(0);
  });
});

describe('objections', () => {
  it.each<[string, Ring[], string | null]>([
    ['a square', [square(0, 0, 1)], null],
    ['a bow tie', [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]], 'crossing'],
    ['a hole that is a bow tie', [square(-5, -5, 20), [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]], 'crossing'],
    ['two corners', [[[0, 0], [1, 1], [0, 0]]], 'few'],
    ['two corners, one of them twice', [[[0, 0], [1, 1], [1, 1], [0, 0]]], 'few'],
    ['a slanted line', [[[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.1, 0.1]]], 'flat'],
    ['an upright line', [[[1, 0], [1, 1], [1, 2], [1, 0]]], 'flat'],
    ['a garden', [square(2.35, 48.85, 1e-5)], null],
    ['too many positions', [round(0, 0, 1, MOST_POSITIONS)], 'detailed'],
    ['as many as there may be', [round(0, 0, 1, MOST_POSITIONS - 1)], null],
  ])('to %s', (_what, polygon, problem) => {
    expect(objectionTo([polygon])?.problem ?? null).toBe(problem);
  });
});

describe('the antimeridian', () => {
  it('cuts in two what goes across', () => {
    expect(cutAtAntimeridian([[179, 0], [181, 0], [181, 2], [179, 2], [179, 0]])).toEqual([
      [[-180, 0], [-179, 0], [-179, 2], [-180, 2], [-180, 0]],
      [[179, 0], [180, 0], [180, 2], [179, 2], [179, 0]],
    ]);
  });

  it('leaves alone what does not', () => {
    const [fiji, west] = [square(177, -20, 3), square(-180, 0, 1)];
    expect(cutAtAntimeridian(fiji).map((ring) => sizeOf([[ring]]))).toEqual([sizeOf([[fiji]])]);
    expect(boxOf([cutAtAntimeridian(west)])).toEqual([-180, 0, -179, 1]);
  });

  it('keeps all of it', () => {
    const ring: Ring = [[-178, 0], [-182, 3], [-179, 4], [-183, 6], [-177, 6], [-178, 0]];
    const parts = cutAtAntimeridian(ring);
    expect(parts).toHaveLength(2);
    expect(sizeOf(parts.map((part) => [part])) / sizeOf([[ring]])).toBeCloseTo(1, 3);
    expect(parts.flat().every(([lon]) => Math.abs(lon) <= 180)).toBe(true);
  });
});

it('a box holds everything', () => {
  expect(boxOf([[square(1, 2, 3)], [square(-4, 0, 1)]])).toEqual([-4, 0, 4, 5]);
  expect(boxOf([])).toBeNull();
});
