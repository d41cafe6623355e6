import type { Place } from '../../lib/geometry';
import type { Correction } from '../correction';

/** What a file tells of where and when it was taken, and of where the camera looked. */
export interface Shot {
  readonly place: Place | null;
  /** Milliseconds since 1970; null if it tells no time. */
  readonly at: number | null;
  /** What its clock showed, milliseconds as if it was UTC; null if it tells no time. */
  readonly wall: number | null;
  /** Whether the zone of the clock is known. Else the server takes it to be that of the place, and `at` that of the reader. */
  readonly isZoned: boolean;
  /** Degrees clockwise from north, by the camera's own sensor. */
  readonly heading: number | null;
  /** Whether that is the north of a compass. */
  readonly isMagnetic: boolean;
  /** Whether it says that it shows all around. */
  readonly isPanorama: boolean;
  /** Make and model of the camera. */
  readonly camera: string | null;
}

export const SILENT: Shot = {
  place: null,
  at: null,
  wall: null,
  isZoned: false,
  heading: null,
  isMagnetic: false,
  isPanorama: false,
  camera: null,
};

/** By how much a clock of the reader's zone was behind UTC when it showed this, milliseconds. */
export function readersZone(wall: number): number {
  return new Date(wall).getTimezoneOffset() * 60_000;
}

/** The shot if its clock had been so many milliseconds behind. */
export function later(shot: Shot, ms: number): Shot {
  if (ms === 0 || shot.at === null || shot.wall === null) return shot;
  return { ...shot, at: shot.at + ms, wall: shot.wall + ms };
}

/** The shot with what somebody said of it. */
export function corrected(shot: Shot, { place, time, heading }: Correction): Shot {
  const said = time === null ? null : Date.parse(time.endsWith('Z') ? time : `${time}Z`);
  const isZoned = time?.endsWith('Z') ?? false;
  return {
    ...shot,
    ...(place === null ? {} : { place }),
    ...(said === null
      ? {}
      : { at: isZoned ? said : said + readersZone(said), wall: isZoned ? said - (shot.at ?? said) + (shot.wall ?? said) : said, isZoned }),
    ...(heading === null ? {} : { heading: heading.degrees, isMagnetic: heading.isMagnetic }),
  };
}

/** What has to be said of a file for it to be taken as wanted; null if that is what it says itself. */
export function difference(own: Shot, wanted: Shot): Correction | null {
  const moment = wanted.isZoned ? wanted.at : wanted.wall;
  const isLater = wanted.at !== own.at || wanted.isZoned !== own.isZoned;
  const text = moment === null || !isLater ? null : new Date(moment).toISOString().replace('.000', '');
  const place = wanted.place?.lon === own.place?.lon && wanted.place?.lat === own.place?.lat ? null : wanted.place;
  const { heading: degrees, isMagnetic } = wanted;
  const heading = degrees === null || degrees === own.heading ? null : { degrees, isMagnetic };
  const correction = { place, time: wanted.isZoned ? text : (text?.replace('Z', '') ?? null), heading };
  return Object.values(correction).every((each) => each === null) ? null : correction;
}
