import { describe, expect, it } from 'vitest';

import type { Picture, PictureLink } from '../api/picture';
import { bearing, distance, shifted } from '../lib/geometry';
import { directionIn, groundAt, markSize } from './ground';
import { nearestOnGround } from './jump';
import { motionBetween } from './leaving';

const HERE = { lon: -1.68, lat: 48.11 };

describe('the ground that is seen', () => {
  it('is as far away as eyes are high when one looks halfway down', () => {
    const ground = groundAt(HERE, { heading: 90, pitch: -45 });
    expect(ground?.distance).toBeCloseTo(2, 9);
    expect(ground && distance(HERE, ground.place)).toBeCloseTo(2, 3);
    expect(ground && bearing(HERE, ground.place)).toBeCloseTo(90, 3);
  });

  it('ends before the horizon', () => {
    expect(groundAt(HERE, { heading: 0, pitch: -5 })?.distance).toBeCloseTo(22.86, 2);
    expect(groundAt(HERE, { heading: 0, pitch: -1 })).toBeNull();
    expect(groundAt(HERE, { heading: 0, pitch: 0 })).toBeNull();
    expect(groundAt(HERE, { heading: 0, pitch: 30 })).toBeNull();
  });

  it('is marked the smaller and flatter the farther away', () => {
    const near = markSize({ heading: 0, pitch: -40 }, 800);
    const far = markSize({ heading: 0, pitch: -6 }, 800);
    expect(near?.width).toBeGreaterThan(far?.width ?? Infinity);
    const flatness = (size: typeof near): number => (size === null ? 0 : size.height / size.width);
    expect(flatness(near)).toBeGreaterThan(flatness(far));
    expect(markSize({ heading: 0, pitch: 3 }, 800)).toBeNull();
  });
});

describe('the direction in a flat picture', () => {
  const size = { width: 1600, height: 1200 };

  it('is its own in the middle, and half its width away at the edges', () => {
    expect(directionIn({ x: 0.5, y: 0.5 }, size, 350, 90)).toEqual({ heading: 350, pitch: 0 });
    const right = directionIn({ x: 1, y: 0.5 }, size, 350, 90);
    expect(right.heading).toBeCloseTo(35, 9);
    expect(right.pitch).toBeCloseTo(0, 9);
    expect(directionIn({ x: 0.5, y: 1 }, size, 0, 90).pitch).toBeCloseTo(-36.87, 2);
  });
});

function picture(id: string, sequence: string, place = HERE): Picture {
  const links: PictureLink[] = [];
  return { id, sequence, place, links } as unknown as Picture;
}

describe('the picture that a click on the ground asks for', () => {
  const from = picture('here', 'street');
  const at = (id: string, sequence: string, north: number, east = 0): { id: string; sequence: string; place: typeof HERE } =>
    ({ id, sequence, place: shifted(HERE, east, north) });
  const ground = groundAt(HERE, { heading: 0, pitch: -10 });

  it('is the nearest to it', () => {
    expect(ground?.distance).toBeCloseTo(11.34, 2);
    const around = [at('here', 'street', 0), at('near', 'street', 5), at('there', 'street', 10), at('beyond', 'street', 15)];
    expect(ground && nearestOnGround(from, ground, around)?.id).toBe('there');
  });

  it('is of the same sequence rather than of another', () => {
    const around = [at('own', 'street', 10), at('other', 'crossing', 11.3)];
    expect(ground && nearestOnGround(from, ground, around)?.id).toBe('own');
    expect(ground && nearestOnGround(from, ground, [at('own', 'street', 8), at('other', 'crossing', 11.3)])?.id).toBe('other');
  });

  it('is none that lies elsewhere, or no nearer than this one', () => {
    expect(ground && nearestOnGround(from, ground, [at('beside', 'street', 11, 8), at('behind', 'street', -2)])).toBeNull();
    const feet = groundAt(HERE, { heading: 0, pitch: -60 });
    expect(feet && nearestOnGround(from, feet, [at('next', 'street', 4)])).toBeNull();
  });
});

describe('a picture that is left', () => {
  it('grows when one walks ahead, shrinks when one walks back, and moves aside', () => {
    const north = shifted(HERE, 0, 10);
    expect(motionBetween(HERE, north, 0).scale).toBeCloseTo(1.3, 6);
    expect(motionBetween(HERE, north, 180).scale).toBeCloseTo(1 / 1.3, 6);
    const aside = motionBetween(HERE, north, 270);
    expect(aside.scale).toBeCloseTo(1, 6);
    expect(aside.aside).toBeCloseTo(-0.12, 6);
  });

  it('only fades where nobody could have walked', () => {
    expect(motionBetween(HERE, shifted(HERE, 0, 500), 0)).toEqual({ scale: 1, aside: 0 });
    expect(motionBetween(HERE, HERE, 0)).toEqual({ scale: 1, aside: 0 });
  });
});
