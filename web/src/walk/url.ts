import { clamp, normalizeHeading } from '../lib/geometry';
import { type Filters, formatFilters, parseFilters, parseTheme, type Theme } from './filters/filters';

/** Where the map stands: zoom level, degrees. */
export interface MapPosition {
  readonly zoom: number;
  readonly lat: number;
  readonly lon: number;
}

/** Where the reader looks: heading and pitch in degrees, zoom 0 (wide) to 100. */
export interface View {
  readonly heading: number;
  readonly pitch: number;
  readonly zoom: number;
}

export type Focus = 'pic' | 'map';

/** What the address says of the walk. */
export interface WalkState {
  readonly focus: Focus;
  readonly map: MapPosition | null;
  readonly picture: string | null;
  readonly sequence: string | null;
  /** The picture that it is compared with. */
  readonly compare: string | null;
  readonly view: View | null;
  readonly filters: Filters;
  readonly theme: Theme;
}

const ID = /^[A-Za-z0-9-]{1,64}$/;

function id(value: string | null): string | null {
  // OpenStreetMap tags may list several pictures, parted by semicolons.
  const first = value?.split(';')[0]?.trim() ?? '';
  return ID.test(first) ? first : null;
}

function numbers(value: string | null, count: number): number[] | null {
  const parts = (value ?? '').split('/');
  const read = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  return parts.length === count && read.every(Number.isFinite) ? read : null;
}

function mapPosition(value: string | null): MapPosition | null {
  const [zoom, lat, lon] = numbers(value, 3) ?? [];
  if (zoom === undefined || lat === undefined || lon === undefined) return null;
  if (Math.abs(lat) > 90) return null;
  return { zoom: clamp(zoom, 0, 22), lat, lon };
}

function view(value: string | null): View | null {
  const [heading, pitch, zoom] = numbers(value, 3) ?? [];
  if (heading === undefined || pitch === undefined || zoom === undefined) return null;
  return { heading: normalizeHeading(heading), pitch: clamp(pitch, -90, 90), zoom: clamp(zoom, 0, 100) };
}

/**
 * Reads a permalink, of this site or of a Panoramax viewer: `?` and `#` parameters alike, the hash winning, and
 * `/sequences/{id}`.
 */
export function parseWalkUrl(url: Pick<URL, 'pathname' | 'search' | 'hash'>): WalkState {
  const query = new URLSearchParams(url.search);
  const hash = new URLSearchParams(url.hash.replace(/^#/, ''));
  const get = (name: string): string | null => hash.get(name) ?? query.get(name);
  const picture = id(get('pic'));
  const inPath = /^\/sequences\/([^/]+)\/?$/.exec(url.pathname)?.[1] ?? null;
  const sequence = id(inPath) ?? id(get('seq'));
  const opens = picture !== null || sequence !== null;
  const other = id(get('compare'));
  const compare = picture === null || other === picture ? null : other;
  return {
    // What is compared fills the page.
    focus: opens && (get('focus') !== 'map' || compare !== null) ? 'pic' : 'map',
    map: mapPosition(get('map')),
    picture,
    sequence,
    compare,
    view: view(get('xyz')),
    filters: parseFilters(get),
    theme: parseTheme(get('theme')),
  };
}

function round(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/**
 * What stands in an address behind `?` or `#`, readable by Panoramax viewers:
 * `focus=pic&map=zoom/lat/lon&pic=ID&xyz=heading/pitch/zoom`, then the picture that it is compared with, filters and theme.
 */
export function formatWalkAddress(state: Omit<WalkState, 'sequence'>): string {
  const parts = [`focus=${state.focus}`];
  if (state.map !== null) {
    const { zoom, lat, lon } = state.map;
    parts.push(`map=${round(zoom, 2)}/${round(lat, 6)}/${round(lon, 6)}`);
  }
  if (state.picture !== null) {
    parts.push(`pic=${state.picture}`);
    if (state.view !== null) {
      const { heading, pitch, zoom } = state.view;
      parts.push(`xyz=${round(heading, 2)}/${round(pitch, 2)}/${round(zoom, 0)}`);
    }
    if (state.compare !== null) parts.push(`compare=${state.compare}`);
  }
  parts.push(...formatFilters(state.filters));
  if (state.theme !== 'default') parts.push(`theme=${state.theme}`);
  return parts.join('&');
}

/** The permalink that the page keeps in its own address. */
export function formatWalkHash(state: Omit<WalkState, 'sequence'>): string {
  return `#${formatWalkAddress(state)}`;
}
