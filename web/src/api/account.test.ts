import { describe, expect, it } from 'vitest';

import { changesOf, parseChoices } from './choices';
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
    expect(parseChoices({ default_visibility: 'new one', collaborative_metadata: null })).toEqual({ visibility: 'anyone', collaborative: null });
    expect(parseChoices({ default_visibility: 'owner-only', collaborative_metadata: false })).toEqual({
      visibility: 'owner-only',
      collaborative: false,
    });
  });

  it('are sent where they differ', () => {
    const from = { visibility: 'anyone', collaborative: true } as const;
    expect(changesOf(from, from)).toEqual({});
    expect(changesOf(from, { visibility: 'owner-only', collaborative: true })).toEqual({ default_visibility: 'owner-only' });
    expect(changesOf(from, { visibility: 'anyone', collaborative: null })).toEqual({ collaborative_metadata: null });
  });
});
