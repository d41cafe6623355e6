import { describe, expect, it } from 'vitest';

import type { Picture, PictureLink } from '../api/picture';
import { ARROW_SPACING_DEGREES, arrowTowards, chooseArrows } from './arrows';

const HERE = { lon: 2, lat: 48 };
const METRE = 1 / 111_195;

function link(id: string, rel: PictureLink['rel'], east: number, north: number, datetime: string | null = null): PictureLink {
  const place = { lon: HERE.lon + (east * METRE) / Math.cos((HERE.lat * Math.PI) / 180), lat: HERE.lat + north * METRE };
  return { id, rel, sequence: null, place, datetime };
}

function picture(...links: PictureLink[]): Picture {
  return { place: HERE, heading: 90, links } as unknown as Picture;
}

const ids = (from: Picture): string[] => chooseArrows(from).map((arrow) => arrow.link.id);

describe('chooseArrows', () => {
  it('points where the neighbours are', () => {
    const [next, prev] = chooseArrows(picture(link('p', 'prev', -5, 0), link('n', 'next', 0, 10)));
    expect(next?.link.id).toBe('n');
    expect(next?.bearing).toBeCloseTo(0, 1);
    expect(next?.distance).toBeCloseTo(10, 1);
    expect(prev?.bearing).toBeCloseTo(270, 1);
  });

  it('puts the own sequence before others in the same direction', () => {
    expect(ids(picture(link('r', 'related', 1, 10, '2024'), link('n', 'next', 0, 10)))).toEqual(['n']);
  });

  it('prefers the newest of other sequences', () => {
    const arrows = ids(picture(link('old', 'related', 0, 5, '2019-01-01'), link('new', 'related', 1, 8, '2023-01-01')));
    expect(arrows).toEqual(['new']);
  });

  it('keeps other sequences where there is room, across north too', () => {
    const north = link('n', 'next', -0.5, 10);
    expect(ids(picture(north, link('close', 'related', 3, 10), link('east', 'related', 10, 0)))).toEqual(['n', 'east']);
  });

  it('keeps both neighbours of the own sequence although they lie close', () => {
    expect(ids(picture(link('n', 'next', 0, 10), link('p', 'prev', 1, 10)))).toEqual(['n', 'p']);
  });

  it('goes by the heading for pictures at the same spot', () => {
    const [next, prev] = chooseArrows(picture(link('n', 'next', 0, 0), link('p', 'prev', 0.1, 0)));
    expect(next?.bearing).toBe(90);
    expect(prev?.bearing).toBe(270);
  });

  it('never crowds related arrows', () => {
    const many = Array.from({ length: 36 }, (_, i) =>
      link(`r${i}`, 'related', 10 * Math.sin((i * Math.PI) / 18), 10 * Math.cos((i * Math.PI) / 18)),
    );
    const bearings = chooseArrows(picture(...many)).map((arrow) => arrow.bearing).sort((a, b) => a - b);
    expect(bearings.length).toBeGreaterThan(2);
    expect(bearings.length).toBeLessThanOrEqual(360 / ARROW_SPACING_DEGREES);
  });
});

describe('arrowTowards', () => {
  const arrows = chooseArrows(picture(link('n', 'next', 0, 10), link('p', 'prev', 0, -10), link('e', 'related', 10, 0)));

  it('finds the one straight on', () => {
    expect(arrowTowards(arrows, 350)?.link.id).toBe('n');
    expect(arrowTowards(arrows, 80)?.link.id).toBe('e');
    expect(arrowTowards(arrows, 540)?.link.id).toBe('p');
  });

  it('finds none where nothing lies', () => {
    expect(arrowTowards(arrows, 280)).toBeNull();
    expect(arrowTowards([], 0)).toBeNull();
  });
});
