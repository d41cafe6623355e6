import { describe, expect, it } from 'vitest';

import { parseFile } from '../api/uploadSets';
import { categoryOf, type Item, Ledger } from './ledger';
import { pagesOf } from './list';
import { formatDuration, RateMeter, timeLeft } from './progress';
import { noticeText, stateWords, toldWords, whenText } from './words';

const record = (state: string, more: object = {}) => parseFile({ file_name: 'a.jpg', state, picture_id: 'p', ...more });

function item(size: number): Item {
  return { name: 'a', label: 'a', size, file: null, picture: null, state: { kind: 'chosen' }, at: null };
}

describe('Ledger', () => {
  it('counts files and bytes as they change', () => {
    const ledger = new Ledger(() => undefined);
    const [one, two] = [item(100), item(300)];
    ledger.add(one);
    ledger.add(two);
    expect([ledger.count('toSend'), ledger.bytes, ledger.bytesSent]).toEqual([2, 400, 0]);
    ledger.set(one, { kind: 'sending', share: 0.5 }, 1);
    ledger.set(two, { kind: 'sending', share: 1 }, 1);
    expect(ledger.bytesSent).toBe(350);
    // What came before a break is there.
    ledger.set(one, { kind: 'retrying', delayMs: 1 }, 2);
    expect(ledger.bytesSent).toBe(350);
    ledger.set(one, { kind: 'failed', why: 'server' }, 3);
    ledger.set(two, { kind: 'told', record: record('published') }, 4);
    expect([ledger.count('problem'), ledger.count('published'), ledger.bytesSent]).toEqual([1, 1, 300]);
    expect(ledger.filtered('problem')).toEqual([one]);
    ledger.remove(one);
    expect([ledger.count('all'), ledger.count('problem'), ledger.bytes]).toEqual([1, 0, 300]);
  });

  it('notes when a file came into its state, not each step within', () => {
    const ledger = new Ledger(() => undefined);
    const one = item(1);
    ledger.add(one);
    ledger.set(one, { kind: 'sending', share: 0 }, 10);
    ledger.set(one, { kind: 'sending', share: 1 }, 20);
    expect(one.at).toBe(10);
  });
});

describe('what the server says', () => {
  it('of a file that was taken is told beside its state', () => {
    const raw = [{ reason: 'film_dropped', message: 'm' }, { reason: 'doubtful_metadata', message: 'No\n fix.' }, { reason: 'x' }, 7];
    const { notices } = record('published', { notices: raw });
    expect(notices.map(noticeText)).toEqual(['A motion photo: the picture was taken, its film was not.', 'No fix.']);
    expect(record('published').notices).toEqual([]);
  });

  it.each([
    ['waiting', {}, 'preparing'],
    ['ready', {}, 'preparing'],
    ['published', {}, 'published'],
    ['hidden', {}, 'published'],
    ['duplicate', { rejected: { reason: 'capture_duplicate', message: 'm' } }, 'known'],
    ['refused', { rejected: { reason: 'file_duplicate', message: 'm' } }, 'known'],
    ['refused', { rejected: { reason: 'invalid_file', message: 'm' } }, 'problem'],
    ['refused', { rejected: { reason: 'in_excluded_area', message: 'm' } }, 'problem'],
    ['broken', {}, 'problem'],
    ['deleted', {}, 'problem'],
    ['quarantined', {}, 'preparing'],
  ])('%s %j is %s', (state, more, category) => {
    const state_ = { kind: 'told', record: record(state, more) } as const;
    expect(categoryOf(state_)).toBe(category);
    expect(stateWords(state_).text).not.toBe('');
  });

  it('is told in our words where we have some, and else in its own', () => {
    const missing = { rejected: { reason: 'invalid_metadata', message: 'm', details: { missing_fields: ['location'] } } };
    expect(toldWords(record('refused', missing)).text).toMatch(/^Refused: it has no position\. Switch on/);
    const latitude = { rejected: { reason: 'invalid_metadata', message: 'GPS latitude\n of 95°' } };
    expect(toldWords(record('refused', latitude)).text).toBe('Refused: GPS latitude of 95°');
    expect(toldWords(record('broken', { message: 'It is cut off.' })).text).toContain('It is cut off.');
    expect(toldWords(record('quarantined', { message: 'Somebody looks at it.' })).text).toBe('Somebody looks at it.');
    expect(toldWords(record('refused')).text).toBe('Refused: the server gave no reason.');
    const near = { rejected: { reason: 'capture_duplicate', details: { duplicate_of: 'other' } } };
    expect(toldWords(record('duplicate', near)).picture).toBe('other');
  });

  it('has its time, with the day if that was not today', () => {
    const at = new Date(2026, 4, 1, 9, 30).getTime();
    const state = { kind: 'told', record: record('published') } as const;
    expect(whenText({ at, state }, at + 60_000)).toMatch(/^9:30/);
    expect(whenText({ at, state }, at + 2 * 86_400_000)).toContain('2026');
    expect(whenText({ at, state: { kind: 'waiting' } }, at)).toBe('');
  });
});

describe('RateMeter', () => {
  it('looks back a moment only, and begins anew after a loss', () => {
    const meter = new RateMeter();
    expect(meter.rate()).toBeNull();
    for (let second = 0; second <= 100; second += 1) meter.note(second <= 50 ? second * 1000 : 50_000 + (second - 50) * 10, second * 1000);
    expect(meter.rate()).toBeCloseTo(10, 0);
    meter.note(5, 101_000);
    expect(meter.rate()).toBeNull();
  });

  it('says what is left as roughly as it is known', () => {
    expect(timeLeft(1000, null)).toBeNull();
    expect(timeLeft(1000, 0)).toBeNull();
    expect(timeLeft(120, 10)).toBe(15);
    expect(timeLeft(6100, 10)).toBe(660);
    expect(timeLeft(0, 10)).toBe(5);
    expect(formatDuration(15, 'en')).toBe('15 sec');
    expect(formatDuration(660, 'en')).toBe('11 min');
    expect(formatDuration(7800, 'fr')).toMatch(/2\sh\s10\smin/);
  });
});

describe('pagesOf', () => {
  it('is one at least', () => {
    expect([0, 1, 100, 101, 30_000].map(pagesOf)).toEqual([1, 1, 1, 2, 300]);
  });
});
