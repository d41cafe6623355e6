import { describe, expect, it } from 'vitest';

import { parsePicture } from './picture';

const BASE = 'https://pictures.invalid/api';

function item(changes: Record<string, unknown> = {}, properties: Record<string, unknown> = {}): unknown {
  return {
    id: 'p1',
    collection: 's1',
    geometry: { type: 'Point', coordinates: [1.9, 49] },
    providers: [
      { name: 'alice', roles: ['producer'], id: 'a' },
      { name: 'R. Tist', roles: ['producer'] },
      { name: 'host', roles: ['host'] },
    ],
    links: [
      { rel: 'license', href: 'https://spdx.org/licenses/CC-BY-SA-4.0.html', title: 'Attribution-ShareAlike' },
      { rel: 'self', href: `${BASE}/x` },
      { rel: 'next', id: 'p2', href: `${BASE}/collections/s1/items/p2`, geometry: { coordinates: [1.91, 49] } },
      { rel: 'related', id: 'p3', href: `${BASE}/collections/s2/items/p3`, geometry: { coordinates: [1.9, 49] }, datetime: '2020' },
      { rel: 'prev', id: 'p0', href: `${BASE}/collections/s1/items/p0` },
    ],
    assets: { hd: { href: `${BASE}/hd.jpg` }, sd: { href: `${BASE}/sd.jpg` }, thumb: { href: `${BASE}/thumb.jpg` } },
    asset_templates: { tiles: { href: `${BASE}/tiled/{TileCol}_{TileRow}.jpg` } },
    properties: {
      datetime: '2021-07-29T09:16:54Z',
      datetimetz: '2021-07-29T11:16:54+02:00',
      license: 'CC-BY-SA-4.0',
      'view:azimuth': 349,
      'pers:interior_orientation': { camera_manufacturer: 'GoPro', camera_model: 'GoPro Max', field_of_view: 360 },
      'tiles:tile_matrix_sets': {
        geovisio: { tileMatrix: [{ matrixWidth: 8, matrixHeight: 4, tileWidth: 720, tileHeight: 720 }] },
      },
      ...properties,
    },
    ...changes,
  };
}

function grid(matrixWidth: number, matrixHeight: number): Record<string, unknown> {
  const tileMatrix = [{ matrixWidth, matrixHeight, tileWidth: 512, tileHeight: 512 }];
  return { 'tiles:tile_matrix_sets': { geovisio: { tileMatrix } } };
}

describe('parsePicture', () => {
  it('reads what the viewer needs', () => {
    expect(parsePicture(item())).toMatchObject({
      id: 'p1',
      sequence: 's1',
      place: { lon: 1.9, lat: 49 },
      takenAt: '2021-07-29T11:16:54+02:00',
      heading: 349,
      is360: true,
      author: 'R. Tist',
      camera: 'GoPro Max',
      licence: 'CC-BY-SA-4.0',
      licenceTitle: 'Attribution-ShareAlike',
      licenceUrl: 'https://spdx.org/licenses/CC-BY-SA-4.0.html',
      tiles: { cols: 8, rows: 4, width: 5760, template: `${BASE}/tiled/{TileCol}_{TileRow}.jpg` },
      crop: null,
    });
  });

  it('names whom the picture says, and only shows a licence that it has', () => {
    expect(parsePicture(item({}, { attribution: 'City of A <b>' }))?.author).toBe('City of A <b>');
    expect(parsePicture(item({}, { attribution: '' }))?.author).toBe('R. Tist');
    const links = [{ rel: 'license', href: 'javascript:alert(1)', title: 'Something' }];
    expect(parsePicture(item({ links }, { license: undefined }))).toMatchObject({ licence: 'Something', licenceUrl: null });
  });

  it('keeps the links that lead to a place', () => {
    expect(parsePicture(item())?.links).toEqual([
      { rel: 'next', id: 'p2', sequence: 's1', place: { lon: 1.91, lat: 49 }, datetime: null },
      { rel: 'related', id: 'p3', sequence: 's2', place: { lon: 1.9, lat: 49 }, datetime: '2020' },
    ]);
  });

  it.each([
    ['not an object', 'x'],
    ['no id', item({ id: undefined })],
    ['no position', item({ geometry: null })],
    ['no image', item({ assets: {} })],
    ['an image that is a script', item({ assets: { hd: { href: 'javascript:alert(1)' } } })],
  ])('is null with %s', (_why, raw) => {
    expect(parsePicture(raw)).toBeNull();
  });

  it('makes do with the full image alone', () => {
    const picture = parsePicture(item({ assets: { hd: { href: `${BASE}/hd.jpg` } } }));
    expect(picture?.thumb).toBe(`${BASE}/hd.jpg`);
  });

  it.each([[6, 3], [64, 32], [0, 0]])('does without a grid of %i × %i tiles', (cols, rows) => {
    expect(parsePicture(item({}, grid(cols, rows)))?.tiles).toBeNull();
  });

  it('reads a crop', () => {
    const orientation = { field_of_view: 360, sensor_array_dimensions: [4000, 2000], visible_area: [0, 300, 0, 200] };
    expect(parsePicture(item({}, { 'pers:interior_orientation': orientation }))?.crop).toEqual({
      fullWidth: 4000,
      fullHeight: 2000,
      croppedX: 0,
      croppedY: 300,
      croppedWidth: 4000,
      croppedHeight: 1500,
    });
  });

  it('survives an item with nothing but the least', () => {
    const picture = parsePicture(item({ providers: null, links: null, collection: null, properties: null }));
    expect(picture).toMatchObject({ heading: 0, is360: false, author: null, camera: null, licence: null, links: [] });
  });

  it('puts maker and model together unless the model says both', () => {
    const camera = (maker: string | null, model: string | null): string | null | undefined =>
      parsePicture(
        item({}, { 'pers:interior_orientation': { camera_manufacturer: maker, camera_model: model } }),
      )?.camera;
    expect(camera('SONY', 'FDR-X1000V')).toBe('SONY FDR-X1000V');
    expect(camera('GoPro', 'gopro max')).toBe('gopro max');
    expect(camera(null, 'X')).toBe('X');
    expect(camera('Y', null)).toBe('Y');
  });
});
