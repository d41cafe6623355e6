import { describe, expect, it } from 'vitest';

import type { PictureLink } from '../../api/picture';
import { dateBeside, datesHere, dateToCompare, dayOfPicture, dayStyle } from './dates';

const HERE = { lon: -1.68, lat: 48.11 };
const METRE = 1 / 111_195;

function related(id: string, datetime: string | null, metresNorth: number): PictureLink {
  return { rel: 'related', id, sequence: `of-${id}`, place: { ...HERE, lat: HERE.lat + metresNorth * METRE }, datetime };
}

function at(takenAt: string | null, ...links: PictureLink[]) {
  return datesHere({ id: 'shown', sequence: 'own', place: HERE, takenAt, links });
}

const brief = (dates: ReturnType<typeof at>) => dates.map(({ day, id }) => `${day} ${id}`);

describe('dates of a place', () => {
  it('stand in their order, the one shown among them', () => {
    const dates = at('2021-05-01T12:00:00+02:00', related('new', '2024-03-02T10:00:00Z', 3), related('old', '2016-01-12T10:00:00Z', 4));
    expect(brief(dates)).toEqual(['2016-01-12 old', '2021-05-01 shown', '2024-03-02 new']);
    expect(dates.map(({ current }) => current)).toEqual([false, true, false]);
    expect(dates[2]).toMatchObject({ sequence: 'of-new', current: false });
    expect(dates[2]?.away).toBeCloseTo(3, 1);
  });

  it('are told of once a day, by the nearest picture', () => {
    const day = '2019-06-20T10:00:00Z';
    const dates = at('2021-05-01T12:00:00Z', related('far', day, 9), related('near', '2019-06-20T15:00:00Z', -2), related('middle', day, 5));
    expect(brief(dates)).toEqual(['2019-06-20 near', '2021-05-01 shown']);
  });

  it('are none where everything is of the same day, or has no date', () => {
    expect(at('2021-05-01T12:00:00Z')).toEqual([]);
    expect(at('2021-05-01T12:00:00Z', related('same', '2021-05-01T20:00:00Z', 1))).toEqual([]);
    expect(at('2021-05-01T12:00:00Z', related('undated', null, 1), related('nonsense', 'yesterday', 1))).toEqual([]);
    expect(at(null, related('other', '2019-05-01T20:00:00Z', 1))).toEqual([]);
    expect(at('nonsense', related('other', '2019-05-01T20:00:00Z', 1))).toEqual([]);
  });

  it('are those of other sequences only', () => {
    expect(at('2021-05-01T12:00:00Z', { ...related('next', '2021-05-02T00:00:01Z', 1), rel: 'next' })).toEqual([]);
  });

  it('are told by the clock of the place', () => {
    // In Auckland it is the next day already.
    expect(brief(at('2021-05-02T08:00:00+12:00', related('same', '2021-05-01T20:30:00Z', 1), related('before', '2021-05-01T11:00:00Z', 1)))).toEqual([
      '2021-05-01 before',
      '2021-05-02 shown',
    ]);
    expect(dayOfPicture({ takenAt: '2021-05-01T23:30:00-05:00' })).toBe('2021-05-01');
    expect(dayOfPicture({ takenAt: null })).toBeNull();
  });
});

describe('going on from a date', () => {
  const dates = at('2021-05-01T12:00:00Z', related('new', '2024-03-02T10:00:00Z', 3), related('old', '2016-01-12T10:00:00Z', 4));
  const oldest = at('2015-05-01T12:00:00Z', related('new', '2024-03-02T10:00:00Z', 3));

  it('leads to the one before and the one after', () => {
    expect(dateBeside(dates, -1)?.id).toBe('old');
    expect(dateBeside(dates, 1)?.id).toBe('new');
    expect(dateBeside(oldest, -1)).toBeNull();
    expect(dateBeside([], 1)).toBeNull();
  });

  it('compares with what was there before, else with what came after', () => {
    expect(dateToCompare(dates)?.id).toBe('old');
    expect(dateToCompare(oldest)?.id).toBe('new');
    expect(dateToCompare([])).toBeNull();
  });

  it('says the day only where the month would not tell dates apart', () => {
    const crowded = at('2021-05-01T12:00:00Z', related('later', '2021-05-30T10:00:00Z', 3), related('old', '2016-05-12T10:00:00Z', 4));
    expect(crowded.map(({ day }) => dayStyle(day, crowded))).toEqual(['month', 'medium', 'medium']);
  });
});
