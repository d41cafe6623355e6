import { describe, expect, it } from 'vitest';

import { parseConfiguration } from './configuration';
import { ApiError } from './errors';
import { pageNameOf } from './pageNames';
import { parsePage } from './pages';
import { needsTerms, parseAnswers, parseTerms } from './terms';

describe('pages', () => {
  it('have languages and a version', () => {
    const answer = {
      name: 'terms-of-service',
      'flaneur:version': 2,
      languages: [{ language: 'en', links: [] }, { language: 'pt-BR' }, {}, 'fr'],
    };
    expect(parsePage(answer)).toEqual({ name: 'terms-of-service', version: 2, languages: ['en', 'pt-BR'] });
    expect(parsePage({ name: 'something-else' })).toBeNull();
    expect(parsePage(null)).toBeNull();
  });

  it('are those of the configuration that are known', () => {
    const known = parseConfiguration({ pages: ['custom-banner', 'other', 'terms-of-service'], auth: { enforce_tos_acceptance: true } });
    expect([known.pages, known.termsEnforced]).toEqual([['terms-of-service', 'custom-banner'], true]);
    const older = parseConfiguration({});
    expect([older.pages, older.termsEnforced]).toEqual([[], false]);
  });

  it.each([
    ['/pages/terms-of-service', 'terms-of-service'],
    ['/pages/custom-banner/', 'custom-banner'],
    ['/pages/other', null],
    ['/pages', null],
    ['/pages/__proto__', null],
  ])('%s is %s', (path, name) => {
    expect(pageNameOf(path)).toBe(name);
  });
});

describe('terms of service', () => {
  it('are none where nothing is said of them', () => {
    expect(parseTerms({ id: 'x' })).toBeNull();
    expect(parseTerms({ tos_accepted: false, tos_latest_change_read: false })).toEqual({ accepted: false, changeRead: false });
    expect(parseTerms({ tos_accepted: true, tos_latest_change_read: true })).toEqual({ accepted: true, changeRead: true });
  });

  it('were answered version by version', () => {
    const answers = [
      { version: 1, read_at: '2026-11-23T12:00:00Z', accepted_at: '2026-11-23T12:00:00Z' },
      { version: 2, read_at: '2026-11-24T08:00:00Z', accepted_at: null },
      {},
    ];
    expect(parseAnswers({ version: 2, answers })).toEqual({
      version: 2,
      answers: [
        { version: 1, readAt: '2026-11-23T12:00:00Z', acceptedAt: '2026-11-23T12:00:00Z' },
        { version: 2, readAt: '2026-11-24T08:00:00Z', acceptedAt: null },
      ],
    });
    expect(parseAnswers(null)).toEqual({ version: 0, answers: [] });
  });

  it('are needed when the server says that', () => {
    expect(needsTerms(new ApiError('forbidden', 403, null, [], 'terms_not_accepted'))).toBe(true);
    expect(needsTerms(new ApiError('forbidden', 403, null))).toBe(false);
    expect(needsTerms(new Error('terms_not_accepted'))).toBe(false);
  });
});
