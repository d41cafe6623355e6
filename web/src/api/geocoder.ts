import type { Box, Place } from '../lib/geometry';
import { list, number, object, text } from './json';

/** What is called so. */
export interface Found {
  readonly name: string;
  readonly place: Place;
  readonly box: Box | null;
}

export interface Answer {
  readonly found: readonly Found[];
  /** Whom the service asks to be named. */
  readonly credit: string | null;
}

const MOST = 6;
const TIMEOUT_MS = 10_000;

function degrees(value: unknown): number | null {
  return number(typeof value === 'string' && value !== '' ? Number(value) : value);
}

function placeOf(lon: number | null, lat: number | null): Place | null {
  return lon === null || lat === null || Math.abs(lon) > 180 || Math.abs(lat) > 90 ? null : { lon, lat };
}

function boxOf(sides: readonly unknown[]): Box | null {
  const [west, south, east, north] = sides.map(degrees);
  if (west == null || south == null || east == null || north == null) return null;
  // A point is no box.
  return west < east && south < north && placeOf(west, south) !== null && placeOf(east, north) !== null ? [west, south, east, north] : null;
}

/** As Nominatim tells it: latitudes before longitudes, as texts. */
function ofNominatim(raw: unknown): Found[] {
  const { display_name, lat, lon, boundingbox } = object(raw);
  const [name, place] = [text(display_name), placeOf(degrees(lon), degrees(lat))];
  const [south, north, west, east] = list(boundingbox);
  return name === null || place === null ? [] : [{ name, place, box: boxOf([west, south, east, north]) }];
}

/** Parts of an address as Photon tells it, each once, from the house to the country. */
function nameOf(properties: Readonly<Record<string, unknown>>): string | null {
  const whole = text(properties.label) ?? text(properties.display_name);
  if (whole !== null) return whole;
  const street = [text(properties.street), text(properties.housenumber)].filter((part) => part !== null).join(' ');
  const parts = [text(properties.name), street, text(properties.city), text(properties.state), text(properties.country)];
  return text([...new Set(parts.filter((part) => part !== null && part !== ''))].join(', '));
}

/** As Photon and Addok tell it: a GeoJSON feature. Photon's extent is west, north, east, south. */
function ofFeature(raw: unknown): Found[] {
  const { geometry, properties, bbox } = object(raw);
  const [lon, lat] = list(object(geometry).coordinates);
  const said = object(properties);
  const [name, place] = [nameOf(said), placeOf(number(lon), number(lat))];
  const [west, north, east, south] = list(said.extent);
  const box = boxOf(list(bbox)) ?? boxOf([west, south, east, north]);
  return name === null || place === null ? [] : [{ name, place, box }];
}

/** Places out of an answer of Nominatim, Photon or Addok. */
export function parseAnswer(raw: unknown): Answer {
  const features = object(raw).features;
  const found = features === undefined ? list(raw).flatMap(ofNominatim) : list(features).flatMap(ofFeature);
  const credit = features === undefined ? text(object(list(raw)[0]).licence) : (text(object(raw).attribution) ?? text(object(raw).licence));
  return { found: found.slice(0, MOST), credit };
}

/**
 * Asks a service what is called so. `near` is where the reader looks: of equal names, what is nearer is meant.
 *
 * @throws when it does not answer, or something else than JSON, and when `signal` fires.
 */
export async function findPlaces(address: string, name: string, near: Place | null, language: string, signal: AbortSignal): Promise<Answer> {
  const url = new URL(address);
  const given: Record<string, string> = { q: name, limit: String(MOST), format: 'jsonv2', lang: language, 'accept-language': language };
  // Photon and Addok know these; Nominatim passes over them.
  if (near !== null) Object.assign(given, { lat: near.lat.toFixed(3), lon: near.lon.toFixed(3) });
  for (const [key, value] of Object.entries(given)) if (!url.searchParams.has(key)) url.searchParams.set(key, value);
  const answer = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    credentials: 'omit',
    referrerPolicy: 'origin',
  });
  if (!answer.ok) throw new Error(`the service that finds places answered ${answer.status}`);
  return parseAnswer(await answer.json());
}
