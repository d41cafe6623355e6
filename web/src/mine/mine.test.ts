import { afterEach, describe, expect, it, vi } from 'vitest';

import { parseOutcome, parseOwnEdits } from '../api/manyEdits';
import { type OwnPicture, parseOwnPicture, parseSequences } from '../api/sequences';
import { boxOf, offset, shifted } from '../lib/geometry';
import { deleteAll } from './deleting';
import { applied, farthestMove, from, secondsBetween, sizeOf, upTo, wallClock, within } from './outcome';
import { editText, lengthText, outcomeLines, whenText } from './words';

function picture(id: string, lon = 2, lat = 48): OwnPicture {
  return { id, sequence: 's', place: { lon, lat }, takenAt: '2024-05-01T12:00:00+02:00', heading: 90 };
}

describe('a range', () => {
  const all = ['a', 'b', 'c', 'd'];

  it('holds both its ends', () => {
    expect(within(all, { first: 1, last: 2 })).toEqual(['b', 'c']);
    expect([sizeOf({ first: 1, last: 2 }), sizeOf({ first: 0, last: -1 })]).toEqual([2, 0]);
  });

  it('is never the wrong way round', () => {
    expect(from({ first: 0, last: 1 }, 3)).toEqual({ first: 3, last: 3 });
    expect(upTo({ first: 2, last: 3 }, 1)).toEqual({ first: 1, last: 1 });
    expect(from({ first: 0, last: 3 }, 1)).toEqual({ first: 1, last: 3 });
  });
});

describe('a move', () => {
  it('is as far as it is told to be', () => {
    const start = { lon: 2, lat: 48 };
    const { east, north } = offset(start, shifted(start, 30, -40));
    expect([east, north].map((each) => Math.round(each * 1000) / 1000)).toEqual([30, -40]);
    const change = { picture: 'a', was: { place: start }, became: { place: shifted(start, 30, -40) } };
    expect(farthestMove([change, { picture: 'b', was: {}, became: {} }])).toBeCloseTo(50, 2);
    expect(farthestMove([])).toBeNull();
  });
});

describe('a clock', () => {
  it('is off by what it said and what it was', () => {
    expect(wallClock('2024-05-01T12:00:00.250+02:00')).toBe('2024-05-01T12:00:00');
    expect(secondsBetween('2024-05-01T12:00:00', '2024-05-01T13:00')).toBe(3600);
    expect(secondsBetween('2024-05-01T12:00:00', '2024-04-30T12:00:01.5')).toBe(-86_398.5);
    expect(secondsBetween('2024-05-01T12:00:00', '')).toBeNull();
  });
});

describe('what an edit changes', () => {
  const outcome = parseOutcome({
    id: 'e',
    unchanged_count: 3,
    changes: [
      {
        picture_id: 'a',
        was: { longitude: 2, latitude: 48, heading: null, capture_time: '2024-05-01T12:00:00+02:00', visibility: 'anyone' },
        became: { longitude: 2, latitude: 48.001, heading: 12.345, capture_time: '2024-05-01T13:00:00+02:00', visibility: 'owner-only' },
      },
      { sequence_id: 's', was: {}, became: {} },
      'nonsense',
    ],
  });

  it('is read without trust', () => {
    expect(outcome.changes).toHaveLength(1);
    expect(outcome).toMatchObject({ edit: 'e', unchanged: 3 });
    expect(outcome.changes[0]?.was).toEqual({ place: { lon: 2, lat: 48 }, heading: null, takenAt: '2024-05-01T12:00:00+02:00', visibility: 'anyone' });
    expect(parseOutcome(null)).toEqual({ changes: [], unchanged: 0, edit: null });
  });

  it('is applied to those that it is about', () => {
    const [changed, other] = applied([picture('a'), picture('b')], outcome.changes);
    expect(changed).toMatchObject({ place: { lat: 48.001 }, heading: 12.345, takenAt: '2024-05-01T13:00:00+02:00' });
    expect(other).toEqual(picture('b'));
  });

  it('is told in lines', () => {
    const { head, examples } = outcomeLines(outcome, (id) => (id === 'a' ? 7 : null));
    expect(head).toBe('1 picture would change. 3 stay as they are. The farthest is moved 111\u00a0m.');
    expect(examples).toEqual([
      'Picture 7: direction nothing becomes 12.35°, time 2024-05-01 12:00:00 becomes 2024-05-01 13:00:00, moved 111\u00a0m',
    ]);
  });
});

describe('the history', () => {
  it('says in words what was done', () => {
    const edits = parseOwnEdits({
      edits: [
        { id: 'a', at: '2026-01-01T00:00:00Z', operation: { turn: { degrees: -90 } }, changes_count: 2, links: [{ rel: 'undo' }] },
        { id: 'b', at: '2026-01-01T00:00:00Z', operation: { show: { visibility: 'owner-only' } }, changes_count: 1, undone_by: 'c' },
        { id: 'c', at: '2026-01-01T00:00:00Z', operation: { unheard: 1 }, changes_count: 1 },
        { id: 'd', at: '2026-01-01T00:00:00Z' },
        { at: 'never' },
      ],
    });
    expect(edits.map(editText)).toEqual(['Turned by -90°, 2 changes', 'Seen by: Only me, 1 change', 'Changed, 1 change', 'Changed, 0 changes']);
    expect(edits.map(({ undoable, undone }) => [undoable, undone])).toEqual([[true, false], [false, true], [false, false], [false, false]]);
  });
});

describe('the list of sequences', () => {
  const link = {
    rel: 'child',
    id: 's',
    title: 'A walk',
    'stats:items': { count: 5 },
    'geovisio:length_km': 0.024,
    'geovisio:status': 'ready',
    'geovisio:visibility': 'logged-only',
    extent: { temporal: { interval: [['2024-05-01T10:00:00Z', '2024-05-03T10:00:00Z']] } },
  };

  it('is what the links of the catalog say', () => {
    const { sequences, next } = parseSequences({
      links: [{ rel: 'self' }, link, { rel: 'next', href: 'https://pics.example.org/api/users/1/collection?page=x&limit=50' }, { rel: 'child' }],
    });
    expect(sequences).toEqual([
      { id: 's', title: 'A walk', pictures: 5, lengthKm: 0.024, from: '2024-05-01T10:00:00Z', to: '2024-05-03T10:00:00Z', visibility: 'logged-only', ready: true },
    ]);
    expect(next).toBe('/users/1/collection?page=x&limit=50');
    expect(sequences.map(whenText)).toEqual(['May 1, 2024 to May 3, 2024']);
    expect(parseSequences({ links: [{ rel: 'next', href: 'https://pics.example.org/elsewhere' }] }).next).toBeNull();
    expect([lengthText(0.024), lengthText(1.26), lengthText(0), lengthText(null)]).toEqual(['24\u00a0m', '1.3\u00a0km', null, null]);
  });
});

describe('pictures', () => {
  it('are read out of items', () => {
    const item = {
      id: 'a',
      collection: 's',
      geometry: { coordinates: [2, 48] },
      properties: { datetimetz: '2024-05-01T12:00:00+02:00', 'view:azimuth': 90 },
    };
    expect(parseOwnPicture(item)).toEqual([picture('a')]);
    const unknown = { ...item, properties: { ...item.properties, 'flaneur:heading_source': 'none' } };
    expect(parseOwnPicture(unknown)[0]?.heading).toBeNull();
    expect(parseOwnPicture({ ...item, geometry: null })).toEqual([]);
    expect(boxOf([{ lon: 2, lat: 48 }, { lon: 3, lat: 47 }])).toEqual([2, 47, 3, 48]);
    expect(boxOf([])).toBeNull();
  });
});

describe('deleting', () => {
  afterEach(() => vi.unstubAllGlobals());

  const all = Array.from({ length: 10 }, (_, index) => picture(String(index)));

  it('takes what is gone already for gone, and tells of the first that could not be deleted', async () => {
    const answers = new Map([['3', 404], ['7', 500]]);
    vi.stubGlobal('fetch', (address: string) => Promise.resolve(new Response(null, { status: answers.get(address.split('/').at(-1) ?? '') ?? 204 })));
    const gone: string[] = [];
    const run = deleteAll(all, ({ id }) => gone.push(id), new AbortController().signal);
    await expect(run).rejects.toMatchObject({ kind: 'server' });
    expect(gone).toContain('3');
    expect(gone).not.toContain('7');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 204 })));
    const gone: string[] = [];
    await deleteAll(all, ({ id }) => {
      gone.push(id);
      stop.abort();
    }, stop.signal);
    expect(gone.length).toBeLessThanOrEqual(4);
  });
});
