import { describe, expect, it } from 'vitest';

import { countFilters, filterQuery, formatFilters, NO_FILTERS, parseFilters, parseTheme } from './filters';

const ACCOUNT = 'b8650662-1ef2-4d6f-8bc3-77f4a2896284';
const read = (hash: string) => {
  const parameters = new URLSearchParams(hash);
  return parseFilters((name) => parameters.get(name));
};

describe('filters in the address', () => {
  it('are those of Panoramax viewers', () => {
    const hash = `date_from=2024-01-01&date_to=2024-12-31&pic_type=equirectangular&camera=gopro%20max&users=${ACCOUNT}&density=15&gps=4,5&tag=osm%7Csurface%3Dgravel`;
    const filters = read(hash);
    expect(filters).toEqual({
      from: '2024-01-01',
      to: '2024-12-31',
      type: 'equirectangular',
      camera: 'gopro max',
      account: ACCOUNT,
      density: 15,
      accuracy: 2,
      tag: 'osm|surface=gravel',
    });
    expect(formatFilters(filters).join('&')).toBe(hash);
    expect(countFilters(filters)).toBe(7);
  });

  it('say nothing where there are none', () => {
    expect(read('')).toEqual(NO_FILTERS);
    expect(formatFilters(NO_FILTERS)).toEqual([]);
    expect([filterQuery(NO_FILTERS), countFilters(NO_FILTERS)]).toEqual(['', 0]);
  });

  it('put the ends of a time into order', () => {
    expect(read('date_from=2024-12-31&date_to=2024-01-01')).toMatchObject({ from: '2024-01-01', to: '2024-12-31' });
  });

  it.each([
    'date_from=yesterday', 'date_from=2024-02-30', 'date_to=2024-13-01', 'pic_type=cube', 'camera=%20', 'users=alice',
    `users=${ACCOUNT},${ACCOUNT}`, 'density=12', 'density=', 'gps=1,2,3', 'gps=3,5', 'gps=1,2,3,4,5', 'gps=6', 'gps=', 'tag==x', 'tag=%20',
  ])('passes over nonsense: %s', (hash) => {
    expect(read(hash)).toEqual(NO_FILTERS);
  });

  it.each([['gps=5', 0.5], ['gps=5,4', 2], ['gps=3,4,5', 5], ['gps=2,3,4,5', 10]])('understands stars: %s', (hash, metres) => {
    expect(read(hash).accuracy).toBe(metres);
  });

  it('take a tag without a value for its key', () => {
    expect([read('tag=surface%3D').tag, read('tag=surface').tag, read('tag=surface=a=b').tag]).toEqual(['surface', 'surface', 'surface=a=b']);
  });

  it('know the themes', () => {
    expect(['age', 'gps', 'nonsense', null].map(parseTheme)).toEqual(['age', 'gps', 'default', 'default']);
  });
});

describe('what the API is asked for', () => {
  it('has an open end where there is none', () => {
    expect(filterQuery({ ...NO_FILTERS, from: '2024-01-01' })).toBe('?datetime=2024-01-01%2F..');
    expect(filterQuery({ ...NO_FILTERS, to: '2024-01-01' })).toBe('?datetime=..%2F2024-01-01');
  });

  it('is all that is chosen', () => {
    const filters = { ...NO_FILTERS, type: 'flat', camera: 'a&b', account: ACCOUNT, density: 30, accuracy: 0.5, tag: 'a=b' } as const;
    expect(filterQuery(filters)).toBe(`?type=flat&model=a%26b&account_id=${ACCOUNT}&h_pixel_density=30&gps_accuracy=0.5&tag=a%3Db`);
  });
});
