import { describe, expect, it } from 'vitest';
import { parseUsage, share } from './usage';

describe('usage', () => {
  it('is read as it is told', () => {
    const told = { pictures: 3, bytes: 9_000_000_000_000, most_pictures: null, most_bytes: 5 };
    expect(parseUsage(told)).toEqual({ pictures: 3, bytes: 9e12, mostPictures: null, mostBytes: 5 });
    expect(parseUsage({})).toEqual({ pictures: 0, bytes: 0, mostPictures: null, mostBytes: null });
  });

  it('fills what is nearer to its limit', () => {
    const usage = { pictures: 50, bytes: 90, mostPictures: 100, mostBytes: 100 };
    expect(share(usage)).toBe(0.9);
    expect(share({ ...usage, mostBytes: null })).toBe(0.5);
    expect(share({ ...usage, mostPictures: null, mostBytes: null })).toBe(0);
    expect(share({ ...usage, pictures: 120 })).toBe(1.2);
  });
});
