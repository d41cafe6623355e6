import { describe, expect, it } from 'vitest';

import { parseStatistics } from '../api/statistics';
import { byYear } from './years';

describe('statistics', () => {
  it('are read as far as they make sense', () => {
    const told = parseStatistics({
      pictures: 12,
      panoramas: 4,
      sequences: 2,
      length_km: 1.5,
      contributors: 1,
      months: [{ month: '2024-05', pictures: 12, sequences: 2, length_km: 1.5 }, { month: 'May', pictures: 1 }, null],
    });
    expect(told).toEqual({
      pictures: 12,
      panoramas: 4,
      sequences: 2,
      kilometres: 1.5,
      contributors: 1,
      months: [{ name: '2024-05', pictures: 12, sequences: 2, kilometres: 1.5 }],
    });
    expect(parseStatistics('nonsense').pictures).toBe(0);
  });

  it('are summed up by year, the latest first', () => {
    const month = (name: string, pictures: number) => ({ name, pictures, sequences: 1, kilometres: 0.5 });
    expect(byYear([month('2023-12', 3), month('2024-01', 4), month('2024-11', 5)])).toEqual([
      { name: '2024', pictures: 9, sequences: 2, kilometres: 1 },
      { name: '2023', pictures: 3, sequences: 1, kilometres: 0.5 },
    ]);
    expect(byYear([])).toEqual([]);
  });
});
