import { describe, expect, test } from 'vitest';

import { parseCoordinates } from './coordinates';

describe('coordinates', () => {
  test.each([
    '48.85, 2.35',
    '48.85 2.35',
    ' 48.85;2.35 ',
    '48,85 2,35',
    '48,85, 2,35',
    '48.85N 2.35E',
    '48.85°N, 2.35°E',
    'N 48.85 E 2.35',
    '2.35E 48.85N',
    '48°51′N 2°21′E',
    '48° 51\' 0" N, 2° 21\' 0" E',
    'geo:48.85,2.35',
    'geo:48.85,2.35;u=35',
    '#map=17/48.85/2.35',
    'https://www.openstreetmap.org/#map=17/48.85/2.35&layers=N',
    '17/48.85/2.35',
  ])('%s', (text) => {
    const found = parseCoordinates(text);
    expect(found?.lat).toBeCloseTo(48.85, 9);
    expect(found?.lon).toBeCloseTo(2.35, 9);
  });

  test('south and west are negative', () => {
    expect(parseCoordinates('-33.9, -70.5')).toEqual({ lat: -33.9, lon: -70.5 });
    expect(parseCoordinates('33.9S 70.5W')).toEqual({ lat: -33.9, lon: -70.5 });
    expect(parseCoordinates('33.9 S 70.5 O')).toEqual({ lat: -33.9, lon: -70.5 });
    expect(parseCoordinates('-0°30′, 0°30′W')?.lat).toBe(-0.5);
  });

  test.each(['', 'Paris', '48.85', '95, 2', '48.85, 181', '48°61′N 2°E', '1 2 3', '12 rue de la Paix', '48.85N 2.35N', 'geo:0,200', '75001 Paris'])(
    '%s is none',
    (text) => {
      expect(parseCoordinates(text)).toBeNull();
    },
  );
});
