import { describe, expect, test } from 'vitest';

import { parseAnswer } from './geocoder';

describe('answers of services that find places', () => {
  test('of Nominatim', () => {
    const answer = parseAnswer([
      { display_name: 'Rouen, France', lat: '49.44', lon: '1.09', boundingbox: ['49.41', '49.46', '1.03', '1.15'], licence: 'Data © OpenStreetMap contributors' },
      { display_name: 'nowhere', lat: 'x', lon: '1' },
      'nothing',
    ]);
    expect(answer).toEqual({
      found: [{ name: 'Rouen, France', place: { lon: 1.09, lat: 49.44 }, box: [1.03, 49.41, 1.15, 49.46] }],
      credit: 'Data © OpenStreetMap contributors',
    });
  });

  test('of Photon', () => {
    const geometry = { type: 'Point', coordinates: [1.09, 49.44] };
    const rouen = { name: 'Rouen', state: 'Normandie', country: 'France', extent: [1.03, 49.46, 1.15, 49.41] };
    const house = { street: 'Rue Jeanne d’Arc', housenumber: '1', city: 'Rouen', country: 'France' };
    const { found } = parseAnswer({ features: [{ geometry, properties: rouen }, { geometry, properties: house }] });
    expect(found.map(({ name }) => name)).toEqual(['Rouen, Normandie, France', 'Rue Jeanne d’Arc 1, Rouen, France']);
    expect(found.map(({ box }) => box)).toEqual([[1.03, 49.41, 1.15, 49.46], null]);
  });

  test('of Addok', () => {
    const feature = { geometry: { type: 'Point', coordinates: [1.09, 49.44] }, properties: { label: '1 Rue du Gros Horloge 76000 Rouen' } };
    expect(parseAnswer({ attribution: 'BAN', features: [feature] })).toEqual({
      found: [{ name: '1 Rue du Gros Horloge 76000 Rouen', place: { lon: 1.09, lat: 49.44 }, box: null }],
      credit: 'BAN',
    });
  });

  test('that are something else have nothing', () => {
    for (const raw of [null, {}, 'text', { features: [{ geometry: { coordinates: [200, 0] }, properties: { label: 'x' } }, {}] }]) {
      expect(parseAnswer(raw).found).toEqual([]);
    }
  });
});
