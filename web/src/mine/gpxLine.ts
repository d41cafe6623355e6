import type { Position } from '../lib/geometry';

/** Largest file that the API takes, bytes. */
export const LARGEST_TRACK = 16 << 20;

/** The segments of the tracks in a GPX file, to be drawn; null if it can't be read. Whether it is of use, the server says. */
export function gpxLines(file: string): readonly (readonly Position[])[] | null {
  const document = new DOMParser().parseFromString(file, 'application/xml');
  if (document.querySelector('parsererror') !== null || document.documentElement.localName !== 'gpx') return null;
  const segments = [...document.getElementsByTagNameNS('*', 'trkseg')];
  return segments.map((segment) =>
    [...segment.getElementsByTagNameNS('*', 'trkpt')].flatMap((point): Position[] => {
      const [lon, lat] = [Number(point.getAttribute('lon')), Number(point.getAttribute('lat'))];
      return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [[lon, lat]] : [];
    }),
  );
}
