import { type ExpandedTags, load } from 'exifreader';

import { normalizeHeading } from '../../lib/geometry';
import { readersZone, type Shot, SILENT } from './shot';

/** Where cameras put it, in all but few files: the beginning. */
const HEAD_BYTES = 256 * 1024;
/** Larger files are not read whole for it: the server looks again. */
const WHOLE_BYTES = 64 * 1024 * 1024;
/** Clocks are set to quarters of an hour, milliseconds. */
const QUARTER_MS = 15 * 60 * 1000;

/** `2024:05:01 12:00:00` as if it was UTC, milliseconds. */
function wallClock(text: string | undefined): number | null {
  const parts = /^(\d{4}):(\d{2}):(\d{2})[ T](\d{2}):(\d{2}):(\d{2})/.exec(text ?? '');
  if (parts === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isNaN(wall) || year === 0 ? null : wall;
}

/** `+02:00`, milliseconds. */
function zone(text: string | undefined): number | null {
  const parts = /^([+-])(\d{2}):(\d{2})/.exec(text ?? '');
  if (parts === null) return null;
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) * 60_000;
}

function textOf(tag: unknown): string | undefined {
  const { value } = (tag ?? {}) as { value?: unknown };
  if (typeof value === 'string') return value;
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : undefined;
}

/** A rational, or a list of them, as numbers. */
function rationals(tag: unknown): readonly number[] {
  const { value } = (tag ?? {}) as { value?: unknown };
  if (!Array.isArray(value)) return [];
  const pairs: readonly unknown[] = Array.isArray(value[0]) ? value : [value];
  return pairs.map((pair) => {
    const [over, under] = pair as readonly unknown[];
    return typeof over === 'number' && typeof under === 'number' && under !== 0 ? over / under : NaN;
  });
}

/** When the satellites said that it was, milliseconds since 1970. */
function satelliteTime(exif: Readonly<Record<string, unknown>>): number | null {
  const day = wallClock(`${textOf(exif.GPSDateStamp) ?? ''} 00:00:00`);
  const [hours = NaN, minutes = NaN, seconds = NaN] = rationals(exif.GPSTimeStamp);
  const at = (day ?? NaN) + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return Number.isNaN(at) ? null : at;
}

/**
 * When it was taken. A clock that tells no zone is taken to be of the zone by which it agrees with the satellites, or else of
 * the reader's own.
 */
function timeOf(exif: Readonly<Record<string, unknown>>): Pick<Shot, 'at' | 'wall' | 'isZoned'> {
  const satellites = satelliteTime(exif);
  const clocks = [
    ['DateTimeOriginal', 'OffsetTimeOriginal', 'SubSecTimeOriginal'],
    ['DateTimeDigitized', 'OffsetTimeDigitized', 'SubSecTimeDigitized'],
    ['DateTime', 'OffsetTime', 'SubSecTime'],
  ] as const;
  for (const [clock, offset, fraction] of clocks) {
    const whole = wallClock(textOf(exif[clock]));
    if (whole === null) continue;
    const wall = whole + Number(`0.${/^\d+/.exec(textOf(exif[fraction]) ?? '')?.[0] ?? '0'}`) * 1000;
    const told = zone(textOf(exif[offset]));
    if (told !== null) return { at: wall - told, wall, isZoned: true };
    if (satellites !== null) return { at: wall - Math.round((wall - satellites) / QUARTER_MS) * QUARTER_MS, wall, isZoned: true };
    return { at: wall + readersZone(wall), wall, isZoned: false };
  }
  return { at: satellites, wall: satellites === null ? null : satellites - readersZone(satellites), isZoned: satellites !== null };
}

/** Where the camera looked: what says so itself, then the pose of a panorama, then where it went. */
function headingOf(exif: Readonly<Record<string, unknown>>, xmp: ExpandedTags['xmp']): Pick<Shot, 'heading' | 'isMagnetic'> {
  const angle = (degrees: number | undefined): number | null =>
    degrees !== undefined && degrees >= -180 && degrees <= 360 ? normalizeHeading(degrees) : null;
  const tagged = (name: string): Pick<Shot, 'heading' | 'isMagnetic'> => ({
    heading: angle(rationals(exif[name])[0]),
    isMagnetic: /^m/i.test(textOf(exif[`${name}Ref`]) ?? ''),
  });
  const looks = tagged('GPSImgDirection');
  if (looks.heading !== null) return looks;
  const pose = ['PoseHeadingDegrees', 'PosePitchDegrees', 'PoseRollDegrees'].map((name) => Number(textOf(xmp?.[name]) ?? NaN));
  // Zeros are what is written where nothing is known.
  const posed = pose.some((each) => each !== 0 && !Number.isNaN(each)) ? angle(pose[0]) : null;
  return posed === null ? tagged('GPSTrack') : { heading: posed, isMagnetic: false };
}

/** What the tags of a file tell. */
export function shotOf({ exif, gps = {}, xmp }: Pick<ExpandedTags, 'exif' | 'gps' | 'xmp'>): Shot {
  const tags: Readonly<Record<string, unknown>> = { ...exif };
  const { Latitude: lat, Longitude: lon } = gps;
  // Cameras without reception write zeros.
  const isPlace = lat !== undefined && lon !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
  const camera = [textOf(tags.Make), textOf(tags.Model)].map((text) => text?.trim() ?? '').filter((text) => text !== '');
  return {
    place: isPlace ? { lon, lat } : null,
    ...timeOf(tags),
    ...headingOf(tags, xmp),
    camera: camera.length === 0 ? null : camera.join(' '),
    isPanorama: textOf(xmp?.ProjectionType) === 'equirectangular',
  };
}

function tagsIn(bytes: ArrayBuffer): Shot | null {
  try {
    return shotOf(load(bytes, { expanded: true }));
  } catch {
    return null;
  }
}

/** Reads what a file tells; nothing, if it can't be read. The file stays where it is. */
export async function readShot(file: File): Promise<Shot> {
  try {
    const head = tagsIn(await file.slice(0, HEAD_BYTES).arrayBuffer());
    const enough = head !== null && head.at !== null;
    if (enough || file.size <= HEAD_BYTES || file.size > WHOLE_BYTES) return head ?? SILENT;
    return tagsIn(await file.arrayBuffer()) ?? head ?? SILENT;
  } catch {
    // It was moved meanwhile: whoever sends it says so.
    return SILENT;
  }
}
