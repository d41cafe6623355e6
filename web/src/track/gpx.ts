import type { Place, Position } from '../lib/geometry';

/** Largest file that the API takes, bytes. */
export const LARGEST_TRACK = 16 << 20;

/** Where somebody was, and when (milliseconds since 1970; null if that is not told). */
export interface Fix extends Place {
  readonly at: number | null;
}

/** The segments of the tracks in a GPX file; null if it can't be read. */
export function readGpx(file: string): readonly (readonly Fix[])[] | null {
  const document = new DOMParser().parseFromString(file, 'application/xml');
  if (document.querySelector('parsererror') !== null || document.documentElement.localName !== 'gpx') return null;
  const segments = [...document.getElementsByTagNameNS('*', 'trkseg')];
  return segments.map((segment) =>
    [...segment.getElementsByTagNameNS('*', 'trkpt')].flatMap((point): Fix[] => {
      const [lon, lat] = [Number(point.getAttribute('lon')), Number(point.getAttribute('lat'))];
      if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) return [];
      const at = Date.parse(point.getElementsByTagNameNS('*', 'time')[0]?.textContent ?? '');
      return [{ lon, lat, at: Number.isNaN(at) ? null : at }];
    }),
  );
}

/** The segments as lines. */
export function linesOf(segments: readonly (readonly Fix[])[]): readonly (readonly Position[])[] {
  return segments.map((segment) => segment.map(({ lon, lat }): Position => [lon, lat]));
}

/** A track by time. */
export class Trail {
  private readonly fixes: readonly (Place & { readonly at: number })[];

  constructor(segments: readonly (readonly Fix[])[]) {
    const timed = segments.flat().flatMap(({ lon, lat, at }) => (at === null ? [] : [{ lon, lat, at }]));
    this.fixes = timed.sort((a, b) => a.at - b.at);
  }

  /** First and last moment, milliseconds since 1970; null if it tells no times. */
  get interval(): readonly [number, number] | null {
    const [first, last] = [this.fixes[0], this.fixes.at(-1)];
    return first === undefined || last === undefined ? null : [first.at, last.at];
  }

  /** Where somebody was at a moment, between two fixes that are at most `gap` seconds apart; null where that is not known. */
  place(at: number, gap: number): Place | null {
    const { fixes } = this;
    let [low, high] = [0, fixes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((fixes[middle]?.at ?? Infinity) < at) low = middle + 1;
      else high = middle;
    }
    const after = fixes[low];
    if (after === undefined) return null;
    if (after.at === at) return { lon: after.lon, lat: after.lat };
    const before = fixes[low - 1];
    if (before === undefined || after.at - before.at > gap * 1000) return null;
    const share = (at - before.at) / (after.at - before.at);
    // The shorter way around the world.
    const turn = ((((after.lon - before.lon) % 360) + 540) % 360) - 180;
    const lon = before.lon + turn * share;
    return { lon: lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon, lat: before.lat + (after.lat - before.lat) * share };
  }
}
