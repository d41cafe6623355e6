import { describe, expect, it } from 'vitest';

import { routeOf } from './page';

describe('routes', () => {
  it.each([
    ['/', 'walk'],
    ['/sequences/f6a2f13d', 'walk'],
    ['/sequences/f6a2f13d/', 'walk'],
    ['/upload', 'upload'],
    ['/upload/', 'upload'],
    ['/sign-in', 'sign-in'],
    ['/invite', 'invite'],
    ['/claim', 'claim'],
    ['/uploads', 'not-found'],
    ['/sequences/a/b', 'not-found'],
    ['/THIRD-PARTY.txt', 'not-found'],
  ])('%s is %s', (path, name) => {
    expect(routeOf(path)?.name).toBe(name);
  });
});
