import { describe, expect, it } from 'vitest';

import { radians } from '../lib/geometry';
import { type Camera, lensOn, placeOf, seenAt } from './sphereMath';

const LEVEL = { tilt: 0, roll: 0 };
const SIZE = { width: 4000, height: 2000 };

function camera(yaw: number, pitch: number): Camera {
  return { yaw: radians(yaw), pitch: radians(pitch), verticalFov: radians(90), width: 800, height: 600 };
}

describe('what is seen in a panorama', () => {
  it.each([
    [0, 0, 0.5, 0.5],
    [90, 0, 0.75, 0.5],
    [180, 0, 0, 0.5],
    [270, 0, 0.25, 0.5],
    [0, 45, 0.5, 0.25],
    [30, -30, 0.5 + 1 / 12, 0.5 + 1 / 6],
  ])('in the middle of a view to %i°, %i° lies %d, %d', (yaw, pitch, x, y) => {
    const seen = seenAt({ x: 400, y: 300 }, camera(yaw, pitch), LEVEL);
    expect(seen.x % 1).toBeCloseTo(x, 9);
    expect(seen.y).toBeCloseTo(y, 9);
  });

  it('goes on to the right and upwards', () => {
    // The view is 90° high, so that its upper edge looks 45° up.
    expect(seenAt({ x: 400, y: 0 }, camera(0, 0), LEVEL).y).toBeCloseTo(0.25, 9);
    // And as far to the right: as many pixels from the middle.
    expect(seenAt({ x: 700, y: 300 }, camera(0, 0), LEVEL).x).toBeCloseTo(0.625, 9);
  });

  it('is put level', () => {
    // The camera's nose was 10° up: what lies in the panorama's middle is seen 10° above the horizon.
    const up = placeOf({ x: 0.5, y: 0.5 }, camera(0, 10), { tilt: -radians(10), roll: 0 });
    expect(up?.x).toBeCloseTo(400, 6);
    expect(up?.y).toBeCloseTo(300, 6);
    // Its right side was 90° down: what lies to the panorama's right is seen below.
    const down = placeOf({ x: 0.75, y: 0.5 }, camera(0, -90), { tilt: 0, roll: radians(90) });
    expect(down?.x).toBeCloseTo(400, 6);
    expect(down?.y).toBeCloseTo(300, 6);
  });

  it('is found again where it is seen', () => {
    for (const yaw of [0, 77, 180, 300]) {
      for (const pitch of [-80, -20, 0, 55]) {
        for (const levelling of [LEVEL, { tilt: 0.3, roll: -0.2 }]) {
          for (const at of [{ x: 1, y: 1 }, { x: 640, y: 222 }, { x: 799, y: 599 }]) {
            const place = placeOf(seenAt(at, camera(yaw, pitch), levelling), camera(yaw, pitch), levelling);
            expect(place?.x).toBeCloseTo(at.x, 5);
            expect(place?.y).toBeCloseTo(at.y, 5);
          }
        }
      }
    }
  });

  it('is not what lies behind', () => {
    expect(placeOf({ x: 0, y: 0.5 }, camera(0, 0), LEVEL)).toBeNull();
    expect(placeOf({ x: 0.5, y: 0.5 }, camera(0, 0), LEVEL)).toEqual({ x: 400, y: 300 });
  });

  it('may be a part of the sphere', () => {
    const crop = { fullWidth: 2000, fullHeight: 1000, croppedX: 500, croppedY: 250, croppedWidth: 1000, croppedHeight: 500 };
    const lens = lensOn(camera(0, 0), LEVEL, { width: 4000, height: 2000 }, crop);
    expect(lens.around).toBe(8000);
    const middle = lens.toPicture({ x: 400, y: 300 });
    expect(middle.x).toBeCloseTo(2000, 6);
    expect(middle.y).toBeCloseTo(1000, 6);
    const seen = lens.toScreen({ x: 2000, y: 1000 });
    expect(seen?.x).toBeCloseTo(400, 6);
    expect(lensOn(camera(0, 0), LEVEL, SIZE, null).around).toBe(4000);
  });
});
