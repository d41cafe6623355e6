import { describe, expect, it } from 'vitest';

import { authorText } from './caption';

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
