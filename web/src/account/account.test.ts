import { describe, expect, it } from 'vitest';

import { ApiError } from '../api/errors';
import { parseWebhook } from '../api/webhooks';
import { answerText } from '../app/errorText';
import { namesTheSame } from './names';
import { licenceOptions } from './pictures';
import { takeoutTrouble } from './takeout';
import { askedTexts, mayText } from './tokenWords';
import { hostOf, kindsText, stateText } from './webhooks';

describe('the name of an account', () => {
  it.each([
    ['Ada', true],
    [' Ada ', true],
    ['ada', false],
    ['Ad', false],
    ['', false],
  ])('%j is as it stands on the page or not', (typed, same) => {
    expect(namesTheSame(typed, 'Ada')).toBe(same);
  });

  it('is the same however it was typed', () => {
    expect(namesTheSame('Zo\u00eb', 'Zoe\u0308')).toBe(true);
    expect(namesTheSame('Zoe', 'Zo\u00eb')).toBe(false);
    // The page shows both with one space.
    expect(namesTheSame('a b', 'a \u00a0 b')).toBe(true);
  });
});

describe('what the server answered', () => {
  it('is said in its own words where it refused', () => {
    expect(answerText(new ApiError('refused', 409, 'Nobody else\n runs this instance'))).toBe('Nobody else runs this instance');
    expect(answerText(new ApiError('forbidden', 403, 'Not this server'))).toBe('Not this server');
  });

  it('is said in ours otherwise', () => {
    expect(answerText(new ApiError('server', 500, 'stack trace'))).toMatch(/^Something went wrong on the server/);
    expect(answerText(new ApiError('forbidden', 403, null))).toBe('Your account may not do this.');
    expect(answerText(new TypeError('x'))).toMatch(/on this page/);
  });
});

describe('a token', () => {
  it('is said to be allowed what its program asked for', () => {
    expect(askedTexts({ scopes: null, expiresAt: null })).toEqual([
      'Everything that you may do',
      'Until you revoke it on the page of your account',
    ]);
    const some = askedTexts({ scopes: ['read', 'annotate'], expiresAt: '2035-06-01T12:00:00Z' });
    expect(some.slice(0, 2)).toEqual([
      'See what you see (every token may)',
      'Only tag and annotate, as programs do that look for things in pictures',
    ]);
    expect(some[2]).toMatch(/^Until .*2035/);
    expect(mayText({ scopes: ['read', 'upload'] })).toBe('May only see what you see and send pictures');
    expect(mayText({ scopes: null })).toBe('May do everything that you may');
  });
});

describe('an archive that is not to be had', () => {
  it('is said to be too large, or else what is wrong', () => {
    expect(takeoutTrouble(new ApiError('refused', 400, null))).toMatch(/more pictures than one archive holds/);
    expect(takeoutTrouble(new ApiError('busy', 429, null))).toBe(answerText(new ApiError('busy', 429, null)));
    expect(takeoutTrouble(new TypeError('x'))).toMatch(/on this page/);
  });
});

describe('licences to choose', () => {
  const [by, zero] = [{ id: 'CC-BY-SA-4.0', url: 'https://by.invalid/' }, { id: 'CC0-1.0', url: null }];
  const values = (...given: Parameters<typeof licenceOptions>): string[] => licenceOptions(...given).map(({ value }) => value);

  it('are none where there is one', () => {
    expect(values([], null)).toEqual([]);
    expect(values([by], null)).toEqual([]);
    expect(values([by], by.id)).toEqual([]);
  });

  it('begin with going with the instance', () => {
    expect(licenceOptions([by, zero], null)[0]).toEqual({ value: '', label: 'Usual here (CC-BY-SA-4.0)', licence: by });
    expect(values([by, zero], zero.id)).toEqual(['', by.id, zero.id]);
  });

  it('keep what was chosen and is offered no longer', () => {
    expect(values([by], 'ODbL-1.0')).toEqual(['', by.id, 'ODbL-1.0']);
  });
});

describe('a webhook', () => {
  const answer = {
    id: '1',
    url: 'https://bot.example.org:8443/flaneur?key=1',
    kinds: ['deleted', 'published', 'unheard of'],
    status: 'active',
    told: 3,
    created: '2026-12-01T10:00:00Z',
    delivered: null,
    next_try: null,
    message: null,
  };
  const webhook = (changed: object) => {
    const parsed = parseWebhook({ ...answer, ...changed });
    if (parsed === null) throw new Error('it says enough');
    return parsed;
  };

  it('is not made up out of half an answer', () => {
    expect(parseWebhook({ ...answer, url: null })).toBeNull();
    expect(parseWebhook(null)).toBeNull();
  });

  it('is called by where it is', () => {
    expect(hostOf(webhook({}))).toBe('bot.example.org:8443');
    expect(hostOf(webhook({ url: 'nowhere' }))).toBe('nowhere');
  });

  it('is told of what it asked for', () => {
    expect(kindsText(webhook({}))).toBe('Is told only of what is published and deleted');
    expect(kindsText(webhook({ kinds: [] }))).toBe('Is told of everything');
  });

  it('gets its letters or not', () => {
    expect(stateText(webhook({}))).toBe('Nothing was delivered yet.');
    expect(stateText(webhook({ delivered: '2026-12-01T10:00:00Z' }))).toMatch(/^Last delivered .*2026/);
    expect(stateText(webhook({ status: 'failing', next_try: '2026-12-01T10:00:00Z' }))).toMatch(/tried again .*2026/);
    expect(stateText(webhook({ status: 'failing' }))).toBe('It does not take what it is sent.');
    expect(stateText(webhook({ status: 'stopped' }))).toMatch(/not tried any more/);
  });
});
