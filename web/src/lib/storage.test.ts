import { describe, expect, it } from 'vitest';

import { standInForStorage } from './storage';

function refusing(): { localStorage: Storage } {
  return Object.defineProperty({}, 'localStorage', {
    configurable: true,
    get: () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    },
  }) as { localStorage: Storage };
}

describe('storage', () => {
  it('is stood in for where it is refused', () => {
    const page = refusing();
    standInForStorage(page);
    const { localStorage } = page;
    expect('touch' in localStorage).toBe(false);
    localStorage.touch = true;
    expect('touch' in localStorage).toBe(true);
    localStorage.setItem('a', '1');
    expect([localStorage.getItem('a'), localStorage.getItem('getItem'), localStorage.length, localStorage.key(1)]).toEqual(['1', null, 2, 'a']);
    localStorage.removeItem('a');
    expect(localStorage.getItem('a')).toBeNull();
  });

  it('stays what it is elsewhere', () => {
    const localStorage = {};
    const page = { localStorage };
    standInForStorage(page);
    expect(page.localStorage).toBe(localStorage);
  });
});
