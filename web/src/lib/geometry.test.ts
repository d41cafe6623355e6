import { describe, expect, it } from 'vitest';

import { bearing, boxAround, distance, metresPerPixel, normalizeHeading, turnBetween } from './geometry';

describe('geometry', () => {
  it('normalizes headings', () => {
    expect(normalizeHeading(360)).toBe(0);
    expect(normalizeHeading(-90)).toBe(270);
    expect(Object.is(normalizeHeading(-360), 0)).toBe(true);
  });

  it('turns the short way', () => {
    expect(turnBetween(350, 10)).toBe(20);
    expect(turnBetween(10, 350)).toBe(-20);
    expect(turnBetween(0, 180)).toBe(180);
    expect(turnBetween(90, 90)).toBe(0);
  });

  it('measures distances', () => {
    // One degree of a meridian is the circumference over 360.
    expect(distance({ lon: 0, lat: 0 }, { lon: 0, lat: 1 })).toBeCloseTo(111_195, -1);
    expect(distance({ lon: 179.9, lat: 0 }, { lon: -179.9, lat: 0 })).toBeCloseTo(22_239, -1);
    expect(distance({ lon: 5, lat: 5 }, { lon: 5, lat: 5 })).toBe(0);
  });

  it('measures bearings', () => {
    expect(bearing({ lon: 0, lat: 0 }, { lon: 0, lat: 1 })).toBeCloseTo(0, 9);
    expect(bearing({ lon: 0, lat: 0 }, { lon: 1, lat: 0 })).toBeCloseTo(90, 9);
    expect(bearing({ lon: 179.9, lat: 0 }, { lon: -179.9, lat: 0 })).toBeCloseTo(90, 9);
    expect(bearing({ lon: 0, lat: 0 }, { lon: -1, lat: -1 })).toBeCloseTo(225, 1);
  });

  it('draws boxes that hold the circle and stay on the Earth', () => {
    const center = { lon: 2, lat: 48 };
    const [west, south, east, north] = boxAround(center, 100);
    expect(distance(center, { lon: east, lat: 48 })).toBeCloseTo(100, 0);
    expect(distance(center, { lon: 2, lat: north })).toBeCloseTo(100, 0);
    expect(west).toBeLessThan(2);
    expect(south).toBeLessThan(48);
    expect(boxAround({ lon: 180, lat: 90 }, 1000)[2]).toBe(180);
    expect(boxAround({ lon: 180, lat: 90 }, 1000)[3]).toBe(90);
  });

  it('knows how much ground a pixel covers', () => {
    expect(metresPerPixel(0, 0)).toBeCloseTo(78_186, -1);
    expect(metresPerPixel(60, 1)).toBeCloseTo(78_186 / 4, -1);
  });
});
