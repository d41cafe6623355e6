import { afterEach, describe, expect, it, vi } from 'vitest';

import { createUploadSet } from '../api/uploadSets';
import { type CreditDefaults, creditToSend, firstLicence } from './credit';

const [BY, ZERO] = ['CC-BY-SA-4.0', 'CC0-1.0'];

function defaults(changes: Partial<CreditDefaults> = {}): CreditDefaults {
  const licences = [BY, ZERO].map((id) => ({ id, url: null }));
  return { licences, choices: { licence: null, attribution: null }, name: 'ada', ...changes };
}

describe('the licence of an upload', () => {
  it('begins as the account has it, if that is offered', () => {
    expect(firstLicence(defaults())).toBe(BY);
    expect(firstLicence(defaults({ choices: { licence: ZERO, attribution: null } }))).toBe(ZERO);
    expect(firstLicence(defaults({ choices: { licence: 'gone', attribution: null } }))).toBe(BY);
    expect(firstLicence(defaults({ choices: null }))).toBe(BY);
    expect(firstLicence(defaults({ licences: [] }))).toBeNull();
  });

  it('is sent only where it differs', () => {
    const own = defaults({ choices: { licence: ZERO, attribution: null } });
    expect(creditToSend(defaults(), BY, '')).toEqual({});
    expect(creditToSend(defaults(), ZERO, '')).toEqual({ license: ZERO });
    expect(creditToSend(own, ZERO, '')).toEqual({});
    expect(creditToSend(own, BY, '')).toEqual({ license: BY });
    expect(creditToSend(defaults({ licences: [] }), null, '')).toEqual({});
  });

  it('is sent as it was shown where the account’s choice is not offered, or not known', () => {
    expect(creditToSend(defaults({ choices: { licence: 'gone', attribution: null } }), BY, '')).toEqual({ license: BY });
    expect(creditToSend(defaults({ choices: null }), BY, '')).toEqual({ license: BY });
  });
});

describe('the attribution of an upload', () => {
  const named = defaults({ choices: { licence: null, attribution: 'Ada L.' } });

  it('is sent only where it differs', () => {
    expect(creditToSend(defaults(), BY, '  ')).toEqual({});
    expect(creditToSend(defaults(), BY, 'ada')).toEqual({});
    expect(creditToSend(defaults(), BY, ' City <b> ')).toEqual({ attribution: 'City <b>' });
    expect(creditToSend(named, BY, 'Ada L.')).toEqual({});
  });

  it('is the account’s name where the account’s own is taken out', () => {
    expect(creditToSend(named, BY, '')).toEqual({ attribution: 'ada' });
  });

  it('may be missing without an account, and where nothing is known', () => {
    expect(creditToSend(defaults({ name: null }), BY, '')).toEqual({});
    expect(creditToSend(defaults({ name: null }), BY, 'x')).toEqual({ attribution: 'x' });
    expect(creditToSend(defaults({ choices: null }), BY, '')).toEqual({ license: BY });
    expect(creditToSend(defaults({ choices: null }), BY, 'ada')).toEqual({ license: BY, attribution: 'ada' });
  });
});

describe('an upload set', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is made with what was chosen, and says it', async () => {
    const bodies: unknown[] = [];
    vi.stubGlobal('fetch', (_path: string, { body }: RequestInit) => {
      bodies.push(JSON.parse(typeof body === 'string' ? body : ''));
      return Promise.resolve(Response.json({ id: 's', license: ZERO, attribution: null }));
    });
    expect(await createUploadSet('x', 2, { license: ZERO })).toMatchObject({ id: 's', licence: ZERO, attribution: null });
    await createUploadSet('x', 2, {});
    expect(bodies).toEqual([
      { title: 'x', estimated_nb_files: 2, license: ZERO },
      { title: 'x', estimated_nb_files: 2 },
    ]);
  });
});
