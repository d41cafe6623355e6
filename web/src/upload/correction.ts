import type { Place } from '../lib/geometry';

/** What a contributor says of a picture, in place of what its file says; null: as the file says. */
export interface Correction {
  readonly place: Place | null;
  /** ISO 8601. With `Z` a moment; without, what the clocks of the place showed. */
  readonly time: string | null;
  readonly heading: Heading | null;
}

/** Where a camera looked, degrees clockwise from north, the true one or the one of a compass. */
export interface Heading {
  readonly degrees: number;
  readonly isMagnetic: boolean;
}

/** Decimals of degrees: millimetres. */
const DECIMALS = 8;

/** A correction under the names that forms and tus have for what it says. */
export function overridesOf({ place, time, heading }: Correction): Readonly<Record<string, string>> {
  const direction = 'override_Exif.GPSInfo.GPSImgDirection';
  return {
    ...(place === null ? {} : { override_latitude: place.lat.toFixed(DECIMALS), override_longitude: place.lon.toFixed(DECIMALS) }),
    ...(time === null ? {} : { override_capture_time: time }),
    ...(heading === null ? {} : { [direction]: heading.degrees.toFixed(2), [`${direction}Ref`]: heading.isMagnetic ? 'M' : 'T' }),
  };
}

/** Corrections by the ids of their pictures. */
export type Corrections = ReadonlyMap<string, Correction>;

/** So much of a picture's id tells it from all others of an upload. */
const KEY_LENGTH = 13;

export function keyOf(picture: string): string {
  return picture.slice(0, KEY_LENGTH);
}

/** One line each, with as few characters as there can be: browsers keep a few millions. */
export function writeCorrections(corrections: Corrections): string {
  const lines = [...corrections].map(([key, { place, time, heading }]) => {
    const where = place === null ? '' : `${place.lat.toFixed(DECIMALS)},${place.lon.toFixed(DECIMALS)}`;
    const looks = heading === null ? '' : `${heading.degrees.toFixed(2)}${heading.isMagnetic ? 'M' : ''}`;
    return [key, where, time ?? '', looks].join(' ');
  });
  return lines.join('\n');
}

function readPlace(text: string): Place | null {
  const [lat = NaN, lon = NaN] = text.split(',').map(Number);
  return text !== '' && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}

function readHeading(text: string): Heading | null {
  const degrees = Number.parseFloat(text);
  return Number.isFinite(degrees) ? { degrees, isMagnetic: text.endsWith('M') } : null;
}

/** Reads them again; what is none is passed over. */
export function readCorrections(text: string): Corrections {
  const found = new Map<string, Correction>();
  for (const line of text.split('\n')) {
    const [key = '', where = '', time = '', looks = ''] = line.split(' ');
    const correction = { place: readPlace(where), time: Number.isNaN(Date.parse(time)) ? null : time, heading: readHeading(looks) };
    if (key.length === KEY_LENGTH && Object.values(correction).some((each) => each !== null)) found.set(key, correction);
  }
  return found;
}
