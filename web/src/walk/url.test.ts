import { describe, expect, it } from 'vitest';

import { NO_FILTERS } from './filters/filters';
import { formatWalkHash, parseWalkUrl } from './url';

const ID = 'b8650662-1ef2-4d6f-8bc3-77f4a2896284';
const at = (address: string) => parseWalkUrl(new URL(address, 'https://site.invalid'));

describe('parseWalkUrl', () => {
  it('reads a Panoramax hash', () => {
    expect(at(`/#pic=${ID}&focus=pic&map=17.5/48.8/2.3&xyz=349.06/-3.5/30`)).toEqual({
      focus: 'pic',
      map: { zoom: 17.5, lat: 48.8, lon: 2.3 },
      picture: ID,
      sequence: null,
      compare: null,
      view: { heading: 349.06, pitch: -3.5, zoom: 30 },
      filters: NO_FILTERS,
      theme: 'default',
    });
  });

  it('reads the same from the query, the hash winning', () => {
    expect(at(`/?pic=${ID}&focus=map`).focus).toBe('map');
    expect(at(`/?pic=other&map=3/1/1#pic=${ID}`)).toMatchObject({ picture: ID, map: { zoom: 3 } });
  });

  it('takes the first of several pictures', () => {
    expect(at(`/#pic=${ID};second`).picture).toBe(ID);
    expect(at(`/#pic=${ID}%3Bsecond`).picture).toBe(ID);
  });

  it('reads encoded slashes too', () => {
    expect(at('/#map=17%2F48.8%2F2.3').map).toEqual({ zoom: 17, lat: 48.8, lon: 2.3 });
  });

  it('shows the picture unless the map is asked for', () => {
    expect(at(`/#pic=${ID}`).focus).toBe('pic');
    expect(at('/#focus=pic').focus).toBe('map');
    expect(at('/').focus).toBe('map');
  });

  it('finds sequences in path and parameters', () => {
    expect(at(`/sequences/${ID}`)).toMatchObject({ sequence: ID, focus: 'pic' });
    expect(at(`/?seq=${ID}`).sequence).toBe(ID);
    expect(at('/sequences/').sequence).toBeNull();
  });

  it.each([
    'map=17/91/2', 'map=17/48', 'map=a/b/c', 'map=17//2', 'map=', 'map=Infinity/1/1',
    'xyz=1/2', 'xyz=NaN/0/0', 'pic=', 'pic=../api/users/me', 'pic=<script>', `pic=${'a'.repeat(65)}`,
  ])('passes over nonsense: %s', (parameters) => {
    expect(at(`/#${parameters}`)).toEqual({
      focus: 'map', map: null, picture: null, sequence: null, compare: null, view: null, filters: NO_FILTERS, theme: 'default',
    });
  });

  it('reads what a picture is compared with, which fills the page', () => {
    expect(at(`/#pic=${ID}&focus=map&compare=another`)).toMatchObject({ picture: ID, compare: 'another', focus: 'pic' });
  });

  it.each([`pic=${ID}&compare=${ID}`, 'compare=another', `seq=${ID}&compare=another`, `pic=${ID}&compare=../x`])(
    'compares nothing where there are not two pictures: %s',
    (parameters) => {
      expect(at(`/#${parameters}`).compare).toBeNull();
    },
  );

  it('brings numbers into range', () => {
    expect(at('/#map=99/1/2').map?.zoom).toBe(22);
    expect(at(`/#pic=${ID}&xyz=-90/120/400`).view).toEqual({ heading: 270, pitch: 90, zoom: 100 });
  });
});

describe('formatWalkHash', () => {
  it('writes what Panoramax viewers read, without encoding', () => {
    const hash = formatWalkHash({
      focus: 'pic',
      map: { zoom: 17.123456, lat: 48.123456789, lon: -1.5 },
      picture: ID,
      compare: 'another',
      view: { heading: 12.3456, pitch: -0.001, zoom: 33.4 },
      filters: { ...NO_FILTERS, type: 'flat', camera: 'a b' },
      theme: 'age',
    });
    expect(hash).toBe(
      `#focus=pic&map=17.12/48.123457/-1.5&pic=${ID}&xyz=12.35/0/33&compare=another&pic_type=flat&camera=a%20b&theme=age`,
    );
  });

  it('leaves out what there is not', () => {
    const view = { heading: 1, pitch: 2, zoom: 3 };
    const nothing = { map: null, picture: null, compare: null, filters: NO_FILTERS, theme: 'default' } as const;
    expect(formatWalkHash({ focus: 'map', ...nothing, view })).toBe('#focus=map');
  });

  it('is read back as it was', () => {
    const state = {
      focus: 'map',
      map: { zoom: 4.25, lat: -33.5, lon: 151.25 },
      picture: ID,
      sequence: null,
      compare: null,
      view: { heading: 359.5, pitch: -89.5, zoom: 7 },
      filters: { ...NO_FILTERS, from: '2024-01-01', camera: 'a&b=c', accuracy: 2 },
      theme: 'gps',
    } as const;
    expect(at(`/${formatWalkHash(state)}`)).toEqual(state);
  });
});
