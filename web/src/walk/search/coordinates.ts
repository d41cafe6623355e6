import type { Place } from '../../lib/geometry';

/** A number, with a point or a comma in it. */
const DECIMAL = String.raw`[-+]?\d{1,3}(?:[.,]\d+)?`;
/** Degrees, and as many minutes and seconds as there are, in whatever signs. */
const ANGLE = String.raw`(${DECIMAL})\s*°?(?:\s*(\d{1,2}(?:[.,]\d+)?)\s*[′'’])?(?:\s*(\d{1,2}(?:[.,]\d+)?)\s*(?:[″"”]|''))?`;
/** `N 48.85 E 2.35` is as usual as `48.85N, 2.35E`. West is O in French. */
const PAIR = new RegExp(`^([NSEWO])?\\s*${ANGLE}\\s*([NSEWO])?(?:\\s*[,;]\\s*|\\s+|(?<=[NSEWO]))([NSEWO])?\\s*${ANGLE}\\s*([NSEWO])?$`, 'i');
const GEO = new RegExp(`^geo:(${DECIMAL}),(${DECIMAL})(?:[,;?].*)?$`, 'i');
/** As addresses of maps have it: zoom, latitude, longitude. */
const IN_MAP = new RegExp(`(?:^|map=)\\d{1,2}(?:\\.\\d+)?/(${DECIMAL})/(${DECIMAL})(?:[&/].*)?$`);

function parse(text: string | undefined): number {
  return text === undefined ? 0 : Number(text.replace(',', '.'));
}

function place(lat: number, lon: number): Place | null {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

interface Angle {
  readonly degrees: number;
  /** North or south, east or west, or not said. */
  readonly axis: 'lat' | 'lon' | null;
}

function angle([degrees, minutes, seconds]: (string | undefined)[], side: string | undefined): Angle | null {
  const [whole, sixtieths, of3600] = [parse(degrees), parse(minutes), parse(seconds)];
  if (sixtieths >= 60 || of3600 >= 60) return null;
  const negative = degrees?.startsWith('-') === true;
  const size = Math.abs(whole) + sixtieths / 60 + of3600 / 3600;
  const letter = side?.toUpperCase() ?? '';
  const turned = 'SWO'.includes(letter) && letter !== '';
  const axis = letter === '' ? null : 'NS'.includes(letter) ? 'lat' : 'lon';
  return { degrees: negative !== turned ? -size : size, axis };
}

/**
 * A place out of a text, as people, maps and phones write coordinates: `48.85, 2.35`, `48,85 2,35`, `48°51′24″N 2°21′3″E`,
 * `geo:48.85,2.35`, `#map=17/48.85/2.35`. Latitude comes first where letters do not say otherwise. Null if it is none.
 */
export function parseCoordinates(text: string): Place | null {
  const trimmed = text.trim();
  const plain = GEO.exec(trimmed) ?? IN_MAP.exec(trimmed);
  if (plain !== null) return place(parse(plain[1]), parse(plain[2]));
  const found = PAIR.exec(trimmed);
  if (found === null) return null;
  const first = angle(found.slice(2, 5), found[1] ?? found[5]);
  const second = angle(found.slice(7, 10), found[6] ?? found[10]);
  if (first === null || second === null || (first.axis !== null && first.axis === second.axis)) return null;
  const swapped = first.axis === 'lon' || second.axis === 'lat';
  return swapped ? place(second.degrees, first.degrees) : place(first.degrees, second.degrees);
}
