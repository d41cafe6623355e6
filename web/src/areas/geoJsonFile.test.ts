import { describe, expect, it } from 'vitest';

import { type FileProblem, readGeoJson, UnusableFile } from './geoJsonFile';

const RING = [[0, 0], [1, 0], [1, 1], [0, 0]];
const POLYGON = { type: 'Polygon', coordinates: [RING] };
const feature = (geometry: unknown, properties: unknown = null): unknown => ({ type: 'Feature', geometry, properties });
const collection = (...features: unknown[]): unknown => ({ type: 'FeatureCollection', features });

function problemOf(document: unknown): FileProblem | null {
  try {
    readGeoJson(typeof document === 'string' ? document : JSON.stringify(document));
    return null;
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    return error.problem;
  }
}

describe('a GeoJSON file', () => {
  it.each<[string, unknown, number, string | null]>([
    ['a geometry', POLYGON, 1, null],
    ['a feature', feature(POLYGON, { name: ' Home ' }), 1, 'Home'],
    ['a feature with both names', feature(POLYGON, { name: 'other', label: 'Home' }), 1, 'Home'],
    ['several polygons', feature({ type: 'MultiPolygon', coordinates: [[RING], [RING]] }), 2, null],
    ['several features', collection(feature(POLYGON, { name: 'A' }), feature(POLYGON), feature({ type: 'Point', coordinates: [0, 0] })), 2, null],
    ['a collection of geometries', feature({ type: 'GeometryCollection', geometries: [POLYGON, { type: 'Point', coordinates: [0, 0] }] }), 1, null],
  ])('may be %s', (_what, document, polygons, label) => {
    const area = readGeoJson(JSON.stringify(document));
    expect([area.polygons.length, area.label]).toEqual([polygons, label]);
  });

  it('loses heights', () => {
    const high = { type: 'Polygon', coordinates: [RING.map((at) => [...at, 30])] };
    expect(readGeoJson(JSON.stringify(high)).polygons).toEqual([[RING]]);
  });

  it.each<[string, unknown, FileProblem]>([
    ['no JSON', '<kml/>', 'notJson'],
    ['nothing', {}, 'noPolygon'],
    ['null', 'null', 'noPolygon'],
    ['a point', feature({ type: 'Point', coordinates: [0, 0] }), 'noPolygon'],
    ['an empty collection', collection(), 'noPolygon'],
    ['a ring that is open', { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 1]]] }, 'ring'],
    ['a polygon without rings', { type: 'Polygon', coordinates: [] }, 'ring'],
    ['metres', { type: 'Polygon', coordinates: [RING.map(([x = 0, y = 0]) => [650_000 + x, 6_860_000 + y])] }, 'position'],
    ['text', { type: 'Polygon', coordinates: [RING.map(String)] }, 'position'],
    ['a bow tie', { type: 'Polygon', coordinates: [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]] }, 'crossing'],
  ])('may not be %s', (_what, document, problem) => {
    expect(problemOf(document)).toBe(problem);
  });
});
