import { describe, expect, it } from 'vitest';

import { Trail } from '../../track/gpx';
import { type Correction, keyOf, readCorrections, writeCorrections } from '../correction';
import { toldOf } from '../parcel';
import { Records } from '../record';
import { headingsAlong } from './along';
import { ALL } from './amounts';
import { Wishes } from './outcome';
import { onTrail, planOf } from './plan';
import { readShot, shotOf } from './reading';
import { corrected, difference, type Shot, SILENT } from './shot';

const RULES = { splitDistance: 100, splitTime: 300, duplicateDistance: 1, duplicateRotation: 60 };
const METRE = 1 / 111_195;

/** Taken so many seconds after the first, so many metres to its north. */
function shot(seconds: number, north: number, more: Partial<Shot> = {}): Shot {
  const at = seconds * 1000;
  return { ...SILENT, place: { lon: 2, lat: 48 + north * METRE }, at, wall: at + 7_200_000, isZoned: true, heading: 0, ...more };
}

describe('what would become of pictures', () => {
  it('is cut where the gap is too wide, in the order in which they were taken', () => {
    const { sequences } = planOf([shot(400, 20), shot(0, 0), shot(10, 10), shot(410, 130), shot(420, 140)], RULES);
    expect(sequences).toEqual([[1, 2], [0], [3, 4]]);
  });

  it('leaves out what shows the same, but not what looks elsewhere or all around', () => {
    const shots = [
      shot(0, 0),
      shot(1, 0.5, { heading: 50 }),
      shot(2, 0.5, { heading: 180 }),
      shot(3, 0.5, { isPanorama: true }),
      shot(4, 0.5, { isPanorama: true, heading: 180 }),
      shot(5, 0.5, { heading: null }),
      shot(6, 3),
    ];
    const { sequences, duplicates } = planOf(shots, RULES);
    expect([...duplicates]).toEqual([1, 4, 5]);
    expect(sequences).toEqual([[0, 2, 3, 6]]);
  });

  it('says what has no place or no time', () => {
    const { sequences, noPlace, noTime } = planOf([shot(0, 0, { place: null }), shot(0, 0, { at: null }), shot(0, 0, { place: null, at: null })], RULES);
    expect([sequences, noPlace, noTime]).toEqual([[], [0], [1, 2]]);
  });
});

describe('a recorded track', () => {
  const trail = new Trail([
    [
      { lon: 2.001, lat: 48, at: 10_000 },
      { lon: 2, lat: 48, at: 0 },
    ],
    [{ lon: 2, lat: 49, at: null }, { lon: 2.5, lat: 48, at: 100_000 }],
  ]);

  it('says where somebody was between two of its points, if they are near enough in time', () => {
    expect(trail.interval).toEqual([0, 100_000]);
    expect(trail.place(0, 60)).toEqual({ lon: 2, lat: 48 });
    expect(trail.place(5000, 60)?.lon).toBeCloseTo(2.0005, 9);
    expect([trail.place(50_000, 60), trail.place(-1, 60), trail.place(100_001, 600)]).toEqual([null, null, null]);
    expect(trail.place(55_000, 90)?.lon).toBeCloseTo(2.2505, 9);
    expect(new Trail([]).interval).toBeNull();
  });

  it('goes the shorter way around the world', () => {
    const across = new Trail([[{ lon: 179.9, lat: 0, at: 0 }, { lon: -179.9, lat: 0, at: 1000 }]]);
    expect(across.place(500, 60)?.lon).toBeCloseTo(180, 9);
    expect(across.place(750, 60)?.lon).toBeCloseTo(-179.95, 9);
  });

  it('places what has no place, or all, by a clock that is ahead', () => {
    const [lost, own, late] = [shot(65, 0, { place: null }), shot(60, 7), shot(500, 0, { place: null })];
    const [placed, stays, outside] = onTrail([lost, own, late], trail, 60, 60, false);
    expect(placed?.place?.lon).toBeCloseTo(2.0005, 9);
    expect([stays, outside]).toEqual([own, late]);
    expect(onTrail([own], trail, 60, 60, true)[0]?.place).toEqual({ lon: 2, lat: 48 });
    expect(planOf([lost], RULES).noPlace).toEqual([0]);
  });
});

describe('what is put right', () => {
  const files = ['a/1.jpg', 'a/2.jpg', 'b/3.jpg'].map((path) => ({ name: path, webkitRelativePath: path }) as File);
  const [first, second, third] = files as [File, File, File];
  const own = [shot(0, 0, { heading: 350 }), shot(2, 6, { heading: null }), shot(4, 12, { camera: 'Other', isMagnetic: true })];
  const none = new Trail([]);
  const place = { lon: -1.5, lat: 48.123456789 };

  it('goes along with the file', () => {
    const parcel = { set: 's', file: {} as File, name: 'a.jpg', picture: 'p' };
    const correction = { place, time: '2024-05-01T10:00:00Z', heading: { degrees: 12.345, isMagnetic: true } };
    expect(toldOf({ ...parcel, correction })).toEqual({
      isBlurred: 'false',
      picture_id: 'p',
      override_latitude: '48.12345679',
      override_longitude: '-1.50000000',
      override_capture_time: '2024-05-01T10:00:00Z',
      'override_Exif.GPSInfo.GPSImgDirection': '12.35',
      'override_Exif.GPSInfo.GPSImgDirectionRef': 'M',
    });
    expect(toldOf({ ...parcel, correction: null })).toEqual({ isBlurred: 'false', picture_id: 'p' });
  });

  it('is that of all, or of a folder or camera, whatever was said last', () => {
    const wishes = new Wishes();
    expect(wishes.outcome(files, own, null, none, false).corrections.size).toBe(0);
    wishes.clocks.set('folder b', -60);
    wishes.clocks.set(ALL, 3600);
    wishes.clocks.set('folder a', 5);
    wishes.turns.set('camera Other', 180);
    wishes.turns.set('folder a', 20);
    const { corrections, counts, shots } = wishes.outcome(files, own, null, none, false);
    expect(counts).toEqual({ kept: 0, placed: 0, byHand: 0, retimed: 3, turned: 2 });
    expect(corrections.get(first)).toEqual({ place: null, time: '1970-01-01T00:00:05Z', heading: { degrees: 10, isMagnetic: false } });
    expect(corrections.get(second)).toEqual({ place: null, time: '1970-01-01T00:00:07Z', heading: null });
    expect(corrections.get(third)).toEqual({ place: null, time: '1970-01-01T01:00:04Z', heading: { degrees: 180, isMagnetic: true } });
    expect(planOf(shots, RULES).sequences).toEqual([[0, 1], [2]]);
  });

  it('is a clock of the place where its zone is not known', () => {
    const wall = Date.UTC(2024, 4, 1, 12);
    const wishes = new Wishes();
    wishes.clocks.set(ALL, 1.5);
    const { corrections } = wishes.outcome([first], [shot(0, 0, { wall, isZoned: false })], null, none, false);
    expect(corrections.get(first)?.time).toBe('2024-05-01T12:00:01.500');
  });

  it('is where it was put, until it is put back; a track places by the clock that was put right', () => {
    const wishes = new Wishes();
    const trail = new Trail([[{ lon: 3, lat: 48, at: 60_000 }, { lon: 3.001, lat: 48, at: 70_000 }]]);
    const track = { gpx: '', segments: [], ahead: 0, gap: 60 };
    wishes.clocks.set(ALL, 60);
    wishes.put(second, place);
    const { shots, moved, counts } = wishes.outcome(files, own, track, trail, true);
    expect(shots.map((each) => each.place?.lon.toFixed(4))).toEqual(['3.0000', '-1.5000', '3.0004']);
    expect([[...moved], counts.placed, counts.byHand, wishes.isPut(second)]).toEqual([[0, 1, 2], 2, 1, true]);
    wishes.put(second, null);
    expect(wishes.isPut(second)).toBe(false);
    expect(wishes.outcome(files, own, null, trail, true).shots[1]?.place).toBe(own[1]?.place);
  });

  it('outlives a reload, and is put right further', () => {
    const correction: Correction = { place, time: '2024-05-01T12:00:01.500', heading: { degrees: 12.35, isMagnetic: true } };
    const others: Correction = { place: null, time: '2024-05-01T10:00:00Z', heading: null };
    const id = '01234567-89ab-8cde-8f01-23456789abcd';
    const written = new Map([[keyOf(id), correction], ['otherotherone', others]]);
    const read = readCorrections(`${writeCorrections(written)}\n\nno sense\n01234567-89ab x y z`);
    expect([...read.keys()]).toEqual([...written.keys()]);
    expect(read.get(keyOf(id))).toEqual({ ...correction, place: { ...place, lat: 48.12345679 } });
    expect(read.get('otherotherone')).toEqual(others);

    const wishes = new Wishes();
    wishes.kept = (file) => (file === first ? correction : file === second ? others : null);
    const again = wishes.outcome(files, own, null, none, false);
    expect([...again.corrections]).toEqual([[first, correction], [second, others]]);
    expect([again.counts.kept, wishes.isPut(first), wishes.isPut(second)]).toEqual([2, true, false]);
    wishes.clocks.set(ALL, 1);
    wishes.turns.set(ALL, 1);
    wishes.put(first, null);
    expect(wishes.outcome(files, own, null, none, false).corrections.get(first)).toEqual({
      place: null,
      time: '2024-05-01T12:00:02.500',
      heading: { degrees: 13.35, isMagnetic: true },
    });
    expect(difference(own[0] ?? SILENT, corrected(own[0] ?? SILENT, others))?.time).toBe(others.time);
  });

  it('is kept with the upload, as long as there is room', () => {
    const values = new Map<string, string>();
    const store = {
      get length() { return values.size; },
      key: (index: number) => [...values.keys()][index] ?? null,
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => { values.set(key, value); },
      removeItem: (key: string) => { values.delete(key); },
    };
    const records = new Records(store);
    const many = (count: number) => new Map(Array.from({ length: count }, (_, index) => [String(index).padStart(13, '0'), { place, time: null, heading: null }]));
    records.keep({ id: 'a', title: '', seed: 's', files: 1, begunAt: 0 });
    expect([records.keepCorrections('a', many(20_000)), records.keepCorrections('b', many(1))]).toEqual([true, true]);
    records.tidy();
    expect([records.corrections('a').size, records.corrections('b').size]).toEqual([20_000, 0]);
    expect([records.keepCorrections('a', many(100_000)), records.corrections('a').size]).toEqual([false, 0]);
    expect([records.keepCorrections('a', many(0)), new Records(null).keepCorrections('a', many(1))]).toEqual([true, false]);
    records.keepCorrections('a', many(1));
    records.forget('a');
    expect(values.size).toBe(0);
  });
});

describe('the track of pictures', () => {
  const headings = (shots: readonly Shot[], relative: number | null): readonly (number | null)[] => {
    const found = headingsAlong(planOf(shots, RULES, relative), shots, relative);
    return shots.map((_, index) => { const heading = found.get(index); return heading === undefined ? null : Math.round(heading) % 360; });
  };

  it('says where those look of which no sensor tells, or all of them', () => {
    const east = { lon: 2 + 10 * METRE / Math.cos((48 * Math.PI) / 180), lat: 48 + 10 * METRE };
    const shots = [shot(0, 0, { heading: null }), shot(10, 10, { heading: 200 }), shot(20, 0, { heading: null, place: east })];
    expect(headings(shots, null)).toEqual([0, null, 90]);
    expect(headings(shots, -90)).toEqual([270, 315, 0]);
    expect([headings([shot(0, 0, { heading: null })], null), headings([shot(0, 0)], 90)]).toEqual([[null], [90]]);
  });

  it('is straight on while somebody stands, and until they turn back', () => {
    const shots = [0, 10, 11.4, 20, 12.5].map((north, index) => shot(index * 10, north, { heading: null }));
    expect(headings(shots, null)).toEqual([0, 0, 0, 0, 180]);
  });
});

describe('what a file tells', () => {
  const exif = (tags: Record<string, unknown>): Shot => shotOf({ exif: tags });
  const clock = { DateTimeOriginal: { value: ['2024:05:01 12:00:00'] } };
  const noon = Date.UTC(2024, 4, 1, 12);

  it('is the time by its zone, by the satellites, or by that of the reader', () => {
    expect(exif({ ...clock, OffsetTimeOriginal: { value: ['+02:00'] }, SubSecTimeOriginal: { value: ['25'] } }).at).toBe(noon - 7_200_000 + 250);
    const satellites = { GPSDateStamp: { value: ['2024:05:01'] }, GPSTimeStamp: { value: [[17, 1], [29, 1], [59, 1]] } };
    expect(exif({ ...clock, ...satellites }).at).toBe(noon + 5.5 * 3_600_000);
    expect(exif(satellites).at).toBe(noon + 5.5 * 3_600_000 - 1000);
    expect(exif(clock).at).toBe(new Date(2024, 4, 1, 12).getTime());
    expect(exif({ DateTimeOriginal: { value: ['0000:00:00 00:00:00'] }, DateTime: { value: ['2024:05:01 12:00:00'] } }).at).toBe(new Date(2024, 4, 1, 12).getTime());
    expect([exif({}).at, exif({ DateTimeOriginal: { value: 7 } }).at]).toEqual([null, null]);
  });

  it('is the place, unless there was no reception, and the direction', () => {
    expect(shotOf({ gps: { Latitude: 48, Longitude: -2 } }).place).toEqual({ lon: -2, lat: 48 });
    expect(shotOf({ gps: { Latitude: 0, Longitude: 0 } }).place).toBeNull();
    expect(shotOf({ gps: { Latitude: 48 } }).place).toBeNull();
    expect(exif({ GPSImgDirection: { value: [-50, 100] } }).heading).toBeCloseTo(359.5, 9);
    expect(exif({ GPSImgDirection: { value: [36_050, 100] } }).heading).toBeNull();
    expect(exif({ GPSImgDirection: { value: [1, 0] } }).heading).toBeNull();
    expect(shotOf({ xmp: { _raw: '', ProjectionType: { value: 'equirectangular', description: '', attributes: {} } } as never }).isPanorama).toBe(true);
  });

  it('is also the camera, and where a panorama or the way points', () => {
    expect(exif({ Make: { value: ['GoPro '] }, Model: { value: ['Max'] } }).camera).toBe('GoPro Max');
    expect(exif({ GPSImgDirection: { value: [10, 1] }, GPSImgDirectionRef: { value: ['M'] } })).toMatchObject({ heading: 10, isMagnetic: true });
    const pose = (degrees: string): number | null => shotOf({ exif: { GPSTrack: { value: [5, 1] } } as never, xmp: { _raw: '', PoseHeadingDegrees: { value: degrees, description: '', attributes: {} } } as never }).heading;
    expect([pose('-90'), pose('0')]).toEqual([270, 5]);
    expect(exif(clock)).toMatchObject({ wall: noon, isZoned: false });
    expect(exif({ ...clock, OffsetTimeOriginal: { value: ['+02:00'] } })).toMatchObject({ at: noon - 7_200_000, wall: noon, isZoned: true });
  });

  it('is nothing, if it can’t be read', async () => {
    expect(await readShot(new File(['no picture'], 'a.jpg'))).toEqual(SILENT);
    const moved = { slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) } as unknown as File;
    expect((await readShot(moved)).at).toBeNull();
  });
});
