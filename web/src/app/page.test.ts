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
    ['/mail', 'mail'],
    ['/claim', 'claim'],
    ['/account', 'account'],
    ['/account/', 'account'],
    ['/account/excluded-areas', 'own-areas'],
    ['/account/nothing', 'not-found'],
    ['/excluded-areas', 'instance-areas'],
    ['/reports', 'reports'],
    ['/reports/', 'reports'],
    ['/reports/0191f0a0-7c3e-7a51-9d3a-6d2f6f0c2b11', 'report'],
    ['/reports/a/b', 'not-found'],
    ['/pages', 'pages'],
    ['/pages/', 'pages'],
    ['/pages/terms-of-service', 'page'],
    ['/pages/a/b', 'not-found'],
    ['/uploads', 'not-found'],
    ['/accounts', 'not-found'],
    ['/api/auth/login/osm', 'not-found'],
    ['/sequences/a/b', 'not-found'],
    ['/THIRD-PARTY.txt', 'not-found'],
  ])('%s is %s', (path, name) => {
    expect(routeOf(path)?.name).toBe(name);
  });
});
