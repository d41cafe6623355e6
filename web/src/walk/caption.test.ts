import { describe, expect, it } from 'vitest';

import { authorText, openedText } from './caption';

describe('who made a picture', () => {
  it('is named beside a licence as the holder of the rights', () => {
    expect(authorText({ author: 'alice', licence: 'CC-BY-SA-4.0' })).toBe('© alice');
  });

  it.each([null, 'CC0-1.0'])('is named alone with %j', (licence) => {
    expect(authorText({ author: 'alice', licence })).toBe('By alice');
  });

  it('may not be known', () => {
    expect(authorText({ author: null, licence: 'CC-BY-SA-4.0' })).toBeNull();
  });
});

describe('what is told of a picture', () => {
  it('differs from what was told of the one a second before', () => {
    const told = ['2024-05-01T12:00:02+02:00', '2024-05-01T12:00:03+02:00'].map((takenAt) => openedText({ takenAt, author: 'alice' }));
    expect(told[0]).toMatch(/12:00:02.*alice/);
    expect(told[1]).not.toBe(told[0]);
  });

  it('is little where little is known', () => {
    expect(openedText({ takenAt: null, author: 'alice' })).toBe('Picture opened');
  });
});
