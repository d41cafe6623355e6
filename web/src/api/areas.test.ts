import { afterEach, describe, expect, it, vi } from 'vitest';

import { addArea, countPictures, listAreas, parseArea } from './areas';

const RING = [[0, 0], [1, 0], [1, 1], [0, 0]] as const;
const FEATURE = {
  type: 'Feature',
  geometry: { type: 'MultiPolygon', coordinates: [[RING]] },
  properties: { id: '0191', label: 'Home', is_public: false, account_id: '0192', 'flaneur:created': '2026-03-01T10:00:00+00:00' },
};

/** What is answered, and how it was asked for. */
function answering(answer: unknown): { readonly asked: { path: string; method: string | undefined; body: unknown }[] } {
  const asked: { path: string; method: string | undefined; body: unknown }[] = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push({ path, method: init.method, body: typeof init.body === 'string' ? JSON.parse(init.body) : null });
    return Promise.resolve(Response.json(answer));
  });
  return { asked };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('areas', () => {
  it('are read from the answer', () => {
    expect(parseArea(FEATURE)).toEqual({
      id: '0191',
      label: 'Home',
      isPublic: false,
      isAllowed: false,
      madeAt: '2026-03-01T10:00:00+00:00',
      polygons: [[RING]],
    });
    expect(parseArea({ ...FEATURE, properties: {} })).toBeNull();
    expect(parseArea({ ...FEATURE, geometry: null })).toBeNull();
  });

  it('are all listed for administrators', async () => {
    const { asked } = answering({ features: [FEATURE, {}] });
    const { signal } = new AbortController();
    expect(await listAreas('instance', signal)).toHaveLength(1);
    await listAreas('own', signal);
    expect(asked.map(({ path }) => path)).toEqual(['/api/configuration/excluded_areas?all=true', '/api/users/me/excluded_areas']);
  });

  it('are sent as a feature, one’s own never as public', async () => {
    const { asked } = answering(FEATURE);
    const wanted = { polygons: [[RING]], label: null, isPublic: true };
    await addArea('own', wanted);
    await addArea('instance', wanted);
    const geometry = { type: 'MultiPolygon', coordinates: [[RING]] };
    expect(asked.map(({ body }) => body)).toEqual([
      { type: 'Feature', geometry, properties: { label: null } },
      { type: 'Feature', geometry, properties: { label: null, is_public: true } },
    ]);
  });

  it('tell how many pictures are in them, as far as they are counted', async () => {
    const { signal } = new AbortController();
    const { asked } = answering({ features: [{}, {}], links: [{ rel: 'self' }] });
    expect(await countPictures([[RING]], '0192', signal)).toEqual({ pictures: 2, isAll: true });
    expect(asked[0]).toMatchObject({ path: '/api/search', method: 'POST', body: { filter: "account_id = '0192'", intersects: { type: 'MultiPolygon' } } });
    answering({ features: [{}], links: [{ rel: 'next' }] });
    expect(await countPictures([[RING]], null, signal)).toEqual({ pictures: 1, isAll: false });
  });
});
