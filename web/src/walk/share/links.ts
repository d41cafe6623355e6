import type { Picture } from '../../api/picture';
import { type Place, radians } from '../../lib/geometry';
import { NO_FILTERS } from '../filters/filters';
import { formatWalkAddress, type MapPosition, type View, type WalkState } from '../url';

/** A ninth of a metre; what positions say beyond is noise. */
const DECIMALS = 6;
/** How close maps elsewhere are shown: a street, and for drawing its houses. */
const MAP_ZOOM = 18;
const EDITOR_ZOOM = 19;
/** How far around a place JOSM loads, metres. */
const LOADED_M = 60;
const METRES_PER_DEGREE = 111_195;

/** As few digits as the number needs. */
function rounded(value: number, decimals = DECIMALS): string {
  return String(Number(value.toFixed(decimals)));
}

/** The address of what is seen. Servers get to see all of it, so that they tell of the picture where the link is pasted. */
export function viewAddress(origin: string, state: Omit<WalkState, 'sequence'>): string {
  return `${origin}/?${formatWalkAddress(state)}`;
}

/** The shortest address of a picture. */
export function pictureAddress(origin: string, picture: string): string {
  return `${origin}/?pic=${picture}`;
}

export interface Embedded {
  readonly picture: string;
  readonly view: View | null;
  /** Where the map beside it begins; null for no map. */
  readonly map: MapPosition | null;
}

/** The address of a picture alone, for pages of others. */
export function embedAddress(origin: string, { picture, view, map }: Embedded): string {
  const state = { focus: 'pic', map, picture, view, compare: null, filters: NO_FILTERS, theme: 'default' } as const;
  return `${origin}/embed?${formatWalkAddress(state)}`;
}

export interface FrameSize {
  /** Pixels, or a share of the page. */
  readonly width: number | '100%';
  /** Pixels. */
  readonly height: number;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** What a page holds to show an address within it. */
export function embedCode(address: string, title: string, { width, height }: FrameSize): string {
  const style = 'border: 0; max-width: 100%';
  return `<iframe src="${escaped(address)}" title="${escaped(title)}" width="${width}" height="${height}" style="${style}" loading="lazy"></iframe>`;
}

/** A place for whatever shows maps on the reader's device (RFC 5870). */
export function geoAddress({ lat, lon }: Place): string {
  return `geo:${rounded(lat)},${rounded(lon)}?z=${MAP_ZOOM}`;
}

/** A place on OpenStreetMap's map, with a mark on it. */
export function osmAddress({ lat, lon }: Place): string {
  const [y, x] = [rounded(lat), rounded(lon)];
  return `https://www.openstreetmap.org/?mlat=${y}&mlon=${x}#map=${MAP_ZOOM}/${y}/${x}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * OpenStreetMap's editor iD at a place. It finds Panoramax pictures in the catalogue that all public instances are collected in,
 * so that one is named only if it may be there: `known` says that everybody sees it.
 */
export function idAddress({ id, place, sequence }: Pick<Picture, 'id' | 'place' | 'sequence'>, known: boolean): string {
  const at = `https://www.openstreetmap.org/edit?editor=id#map=${EDITOR_ZOOM}/${rounded(place.lat)}/${rounded(place.lon)}`;
  if (!known || sequence === null || !UUID.test(id)) return at;
  return `${at}&photo_overlay=panoramax&photo=panoramax/${id}`;
}

/** The command by which JOSM, on the reader's own computer, loads what is around a place. */
export function josmAddress({ lat, lon }: Place): string {
  const up = LOADED_M / METRES_PER_DEGREE;
  const right = up / Math.max(0.01, Math.cos(radians(lat)));
  const sides = { left: lon - right, right: lon + right, top: Math.min(90, lat + up), bottom: Math.max(-90, lat - up) };
  const query = Object.entries(sides).map(([side, degrees]) => `${side}=${rounded(degrees)}`);
  return `http://127.0.0.1:8111/load_and_zoom?${query.join('&')}`;
}

export interface Credit {
  /** Whom to name and when it was taken, in the reader's words; what is not known is left out. */
  readonly who: string | null;
  readonly day: string | null;
  readonly licence: string | null;
  readonly licenceUrl: string | null;
  /** Where the picture is. */
  readonly address: string;
}

/** What to write beside a picture. */
export function creditText({ who, day, licence, licenceUrl, address }: Credit): string {
  const terms = licence !== null && licenceUrl !== null ? `${licence} (${licenceUrl})` : licence;
  return [who, day, terms, address].filter((part) => part !== null).join(', ');
}

/** The same for pages: the picture and its licence are links. `unnamed` is what the picture is called of which nothing is known. */
export function creditHtml({ who, day, licence, licenceUrl, address }: Credit, unnamed: string): string {
  const known = [who, day].filter((part) => part !== null).join(', ');
  const picture = `<a href="${escaped(address)}">${escaped(known === '' ? unnamed : known)}</a>`;
  if (licence === null) return picture;
  const terms = licenceUrl === null ? escaped(licence) : `<a rel="license" href="${escaped(licenceUrl)}">${escaped(licence)}</a>`;
  return `${picture}, ${terms}`;
}
