import { describe, expect, it } from 'vitest';

import { Trail } from '../../track/gpx';
import { toldOf } from '../parcel';
import { onTrail, planOf } from './plan';
import { readShot, shotOf } from './reading';
import type { Shot } from './shot';

const RULES = { splitDistance: 100, splitTime: 300, duplicateDistance: 1, duplicateRotation: 60 };
const METRE = 1 / 111_195;

/** Taken so many seconds after the first, so many metres to its north. */
function shot(seconds: number, north: number, more: Partial<Shot> = {}): Shot {
  return { place: { lon: 2, lat: 48 + north * METRE }, at: seconds * 1000, heading: 0, isPanorama: false, ...more };
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

  it('goes along with the file', () => {
    const parcel = { set: 's', file: {} as File, name: 'a.jpg', picture: 'p', place: { lon: -1.5, lat: 48.123456789 } };
    expect(toldOf(parcel)).toEqual({ isBlurred: 'false', picture_id: 'p', override_latitude: '48.12345679', override_longitude: '-1.50000000' });
    expect(toldOf({ ...parcel, place: null })).toEqual({ isBlurred: 'false', picture_id: 'p' });
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
    expect(exif({ GPSImgDirection: { value: [36_050, 100] } }).heading).toBeCloseTo(0.5, 9);
    expect(exif({ GPSImgDirection: { value: [1, 0] } }).heading).toBeNull();
    expect(shotOf({ xmp: { _raw: '', ProjectionType: { value: 'equirectangular', description: '', attributes: {} } } as never }).isPanorama).toBe(true);
  });

  it('is nothing, if it can’t be read', async () => {
    expect(await readShot(new File(['no picture'], 'a.jpg'))).toEqual({ place: null, at: null, heading: null, isPanorama: false });
    const moved = { slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) } as unknown as File;
    expect((await readShot(moved)).at).toBeNull();
  });
});
