import { afterEach, describe, expect, it, vi } from 'vitest';

import { checkTakeout, eraseAccount, takeoutAddress } from './account';
import { changesOf, parseChoices, USUAL_CHOICES } from './choices';
import { parseConfiguration, signInAddress } from './configuration';
import { parseLogins } from './logins';
import { hasExpired, parseToken, parseTokens, signsIn, tokenBody } from './tokens';

describe('the configuration', () => {
  it('says where people sign in', () => {
    const osm = { id: 'osm', name: 'OpenStreetMap', href: 'https://pictures.invalid/api/auth/login/osm' };
    const hostile = { id: 'x', name: 'X', href: 'javascript:alert(1)' };
    const auth = { enabled: true, registration_is_open: true, 'flaneur:providers': [osm, hostile, { name: 'no id' }, 5] };
    const { authEnabled, providers, registrationIsOpen } = parseConfiguration({ auth });
    expect({ authEnabled, providers, registrationIsOpen }).toEqual({ authEnabled: true, providers: [osm], registrationIsOpen: true });
    expect(signInAddress(osm, '/#pic=1&x')).toBe(`${osm.href}?next_url=%2F%23pic%3D1%26x`);
  });

  it('may come from a server that knows of none', () => {
    const { providers, registrationIsOpen } = parseConfiguration({ auth: { enabled: true } });
    expect([providers, registrationIsOpen]).toEqual([[], false]);
  });

  it('says which licences may be chosen, its own first', () => {
    const own = { id: 'CC-BY-SA-4.0', url: 'https://spdx.org/licenses/CC-BY-SA-4.0.html' };
    const licenses = [own, { id: 'etalab-2.0', url: 'javascript:alert(1)' }, { url: 'https://no.id.invalid' }, null];
    expect(parseConfiguration({ license: own, licenses }).licences).toEqual([own, { id: 'etalab-2.0', url: null }]);
    expect(parseConfiguration({ license: own }).licences).toEqual([own]);
    expect(parseConfiguration({}).licences).toEqual([]);
  });
});

describe('logins', () => {
  it('are read, but for what is none', () => {
    const told = { id: 'l1', provider: null, issuer: 'https://id.invalid/', name: '<b>', connected_at: 'a', used_at: 'b', links: [] };
    expect(parseLogins([told, { name: 'no id' }, null])).toEqual([
      { id: 'l1', provider: null, issuer: 'https://id.invalid/', name: '<b>', usedAt: 'b' },
    ]);
    expect(parseLogins({ message: 'no' })).toEqual([]);
  });
});

describe('tokens', () => {
  const made = { id: 't1', description: 'bike', generated_at: '2026-11-30T06:03:22Z' };

  it('may do everything, for ever, where nothing else is said', () => {
    const all = { id: 't1', description: 'bike', madeAt: made.generated_at, expiresAt: null, scopes: null };
    expect(parseToken(made)).toEqual(all);
    expect(parseToken({ ...made, expires_at: null, scopes: null })).toEqual(all);
  });

  it('are as restricted as it says, whatever is added to what there is', () => {
    expect(parseToken({ ...made, scopes: ['upload', 'fly', 'read'] })?.scopes).toEqual(['read', 'upload']);
    expect(parseToken({ ...made, scopes: [] })?.scopes).toEqual(['read']);
  });

  it('expire', () => {
    const token = parseToken({ ...made, expires_at: '2026-12-30T00:00:00Z' });
    const expired = (now: string): boolean => token !== null && hasExpired(token, new Date(now));
    expect([expired('2026-12-29T23:59:59Z'), expired('2026-12-30T00:00:00Z')]).toEqual([false, true]);
  });

  it('sign in while they hold and may do everything', () => {
    const now = new Date('2026-12-01T00:00:00Z');
    const signs = (more: object): boolean => {
      const token = parseToken({ ...made, ...more });
      return token !== null && signsIn(token, now);
    };
    expect([signs({}), signs({ scopes: ['read'] }), signs({ expires_at: '2026-11-30T10:00:00Z' })]).toEqual([true, false, false]);
  });

  it('are listed the latest first', () => {
    const later = { id: 't2', generated_at: '2026-12-01T00:00:00Z' };
    expect(parseTokens([made, { id: 5 }, later]).map(({ id }) => id)).toEqual(['t2', 't1']);
  });

  it('are asked for with what restricts them', () => {
    expect(tokenBody({ description: 'x', expiresAt: null, scopes: null })).toEqual({ description: 'x' });
    const expiresAt = new Date('2026-12-30T00:00:00Z');
    expect(tokenBody({ description: '', expiresAt, scopes: ['read'] })).toEqual({
      description: '',
      expires_at: '2026-12-30T00:00:00.000Z',
      scopes: ['read'],
    });
  });
});

describe('choices', () => {
  it('are the instance’s where nothing was chosen', () => {
    const nothing = { default_visibility: 'new one', collaborative_metadata: null, license: null, attribution: null };
    expect(parseChoices(nothing)).toEqual(USUAL_CHOICES);
    const chosen = { default_visibility: 'owner-only', collaborative_metadata: false, license: 'CC0-1.0', attribution: '<i>A</i>' };
    expect(parseChoices(chosen)).toEqual({
      visibility: 'owner-only',
      collaborative: false,
      licence: 'CC0-1.0',
      attribution: '<i>A</i>',
    });
  });

  it('are sent where they differ', () => {
    const from = { ...USUAL_CHOICES, collaborative: true, licence: 'CC0-1.0' };
    expect(changesOf(from, from)).toEqual({});
    expect(changesOf(from, { ...from, visibility: 'owner-only' })).toEqual({ default_visibility: 'owner-only' });
    expect(changesOf(from, { ...from, collaborative: null })).toEqual({ collaborative_metadata: null });
    expect(changesOf(from, { ...from, licence: null, attribution: 'A' })).toEqual({ license: null, attribution: 'A' });
  });
});

describe('leaving with an account', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  function answer(response: Response): [string, RequestInit][] {
    const calls: [string, RequestInit][] = [];
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      calls.push([path, init]);
      return Promise.resolve(response);
    });
    return calls;
  }

  it('says its name, whatever it is made of', async () => {
    const calls = answer(new Response(null, { status: 204 }));
    await eraseAccount('ada & co/é?');
    expect(calls.map(([path, { method }]) => `${method ?? ''} ${path}`)).toEqual(['DELETE /api/users/me?name=ada%20%26%20co%2F%C3%A9%3F']);
  });

  it.each([400, 401, 409])('fails with the words of the server (%i)', async (status) => {
    answer(Response.json({ message: 'because', status_code: status }, { status }));
    await expect(eraseAccount('ada')).rejects.toMatchObject({ status, detail: 'because' });
  });

  it('is asked whether it can be taken along, with nothing of it', async () => {
    const calls = answer(new Response(null, { status: 200 }));
    await checkTakeout(false);
    expect(calls.map(([path, { method }]) => `${method ?? ''} ${path}`)).toEqual([`HEAD ${takeoutAddress(false)}`]);
    expect([takeoutAddress(true), takeoutAddress(false)]).toEqual(['/api/users/me/takeout', '/api/users/me/takeout?pictures=false']);
    answer(new Response(null, { status: 429 }));
    await expect(checkTakeout(true)).rejects.toMatchObject({ status: 429, kind: 'busy' });
  });
});
