import { describe, expect, it } from 'vitest';

import { formatBytes, formatLocalTime, wait } from './time';
import { httpUrl, safeNext } from './urls';

describe('formatLocalTime', () => {
  it('shows the clock of the place, wherever the reader is', () => {
    expect(formatLocalTime('2021-07-29T23:16:54-11:00', 'en-GB')).toMatch(/29 July 2021.*23:16/);
    expect(formatLocalTime('2021-07-29T11:16:54+02:00', 'fr')).toMatch(/29 juillet 2021.*11:16/);
  });

  it('shows what it cannot read as it stands', () => {
    expect(formatLocalTime('yesterday', 'en')).toBe('yesterday');
    expect(formatLocalTime('2021-99-99T00:00:00Z', 'en')).toBe('2021-99-99T00:00:00Z');
  });
});

describe('formatBytes', () => {
  it('chooses the unit', () => {
    expect(formatBytes(0, 'en')).toBe('0 byte');
    expect(formatBytes(237_195, 'en')).toBe('237 kB');
    expect(formatBytes(3_296_115, 'en')).toBe('3.3 MB');
    expect(formatBytes(5e12, 'en')).toBe('5,000 GB');
  });
});

describe('wait', () => {
  it('ends at once when told to', async () => {
    const abort = new AbortController();
    const waiting = wait(1e6, abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(wait(1e6, abort.signal)).rejects.toThrow('enough');
  });
});

describe('httpUrl', () => {
  it('lets only web addresses through', () => {
    expect(httpUrl('https://spdx.org/licenses/MIT.html')).toBe('https://spdx.org/licenses/MIT.html');
    for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'no address', '', null, 5]) {
      expect(httpUrl(bad)).toBeNull();
    }
  });
});

describe('safeNext', () => {
  it('stays on this site', () => {
    expect(safeNext('/upload')).toBe('/upload');
    expect(safeNext('/claim?token=a#b')).toBe('/claim?token=a#b');
  });

  it.each([null, '', 'https://evil.invalid/', '//evil.invalid', '/\\evil.invalid', 'javascript:alert(1)', '/\t/evil.invalid'])(
    'goes home for %j',
    (next) => {
      expect(safeNext(next)).toBe('/');
    },
  );
});
