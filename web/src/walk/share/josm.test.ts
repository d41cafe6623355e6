import { describe, expect, it } from 'vitest';

import { askJosm } from './josm';

describe('what JOSM says', () => {
  it.each([
    [() => Promise.resolve(new Response('OK')), 'shown'],
    [() => Promise.resolve(new Response('no', { status: 403 })), 'refused'],
    [() => Promise.reject(new TypeError('Failed to fetch')), 'silent'],
  ] as const)('is told apart', async (ask, wanted) => {
    expect(await askJosm('http://127.0.0.1:8111/load_and_zoom?', ask)).toBe(wanted);
  });
});
