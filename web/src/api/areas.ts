import type { Polygon, Position, Ring } from '../lib/geometry';
import { request } from './client';
import { linkOf, list, number, object, text } from './json';

/** Whose areas: the account's own, or the instance's. */
export type AreaScope = 'own' | 'instance';

/** A part of the world of which there are to be no pictures; or, where `isAllowed`, outside of which there are to be none. */
export interface ExcludedArea {
  readonly id: string;
  readonly label: string | null;
  /** Whether everybody may know of it. */
  readonly isPublic: boolean;
  readonly isAllowed: boolean;
  /** Since when it holds; ISO 8601. */
  readonly madeAt: string | null;
  readonly polygons: readonly Polygon[];
}

/** An area that is to be. */
export interface WantedArea {
  readonly polygons: readonly Polygon[];
  readonly label: string | null;
  readonly isPublic: boolean;
}

/** How many pictures there are, and whether there may be more than were counted. */
export interface Count {
  readonly pictures: number;
  readonly isAll: boolean;
}

/** So many pictures are counted, and no more: each comes with all that is known of it. */
const MOST_COUNTED = 200;

const PATHS: Readonly<Record<AreaScope, string>> = {
  own: '/users/me/excluded_areas',
  instance: '/configuration/excluded_areas',
};

function parsePosition(raw: unknown): Position[] {
  const [lon, lat] = list(raw).map(number);
  return lon == null || lat == null ? [] : [[lon, lat]];
}

function parsePolygon(raw: unknown): Polygon {
  return list(raw).map((ring): Ring => list(ring).flatMap(parsePosition));
}

/** An area out of the API's answer, or null when it says too little. */
export function parseArea(raw: unknown): ExcludedArea | null {
  const { geometry, properties } = object(raw);
  const said = object(properties);
  const id = text(said.id);
  const polygons = list(object(geometry).coordinates).map(parsePolygon);
  if (id === null || polygons.length === 0) return null;
  return {
    id,
    label: text(said.label),
    isPublic: said.is_public === true,
    isAllowed: said['flaneur:allowed'] === true,
    madeAt: text(said['flaneur:created']),
    polygons,
  };
}

async function areasAt(path: string, signal: AbortSignal): Promise<readonly ExcludedArea[]> {
  const answer = object(await request(path, { signal }));
  return list(answer.features).map(parseArea).filter((area) => area !== null);
}

/** One's own areas; or, for administrators, all of the instance's. */
export function listAreas(scope: AreaScope, signal: AbortSignal): Promise<readonly ExcludedArea[]> {
  return areasAt(scope === 'own' ? PATHS.own : `${PATHS.instance}?all=true`, signal);
}

/** The instance's areas that everybody may know of. */
export function listPublicAreas(signal: AbortSignal): Promise<readonly ExcludedArea[]> {
  return areasAt(PATHS.instance, signal);
}

function featureOf(scope: AreaScope, { polygons, label, isPublic }: WantedArea): object {
  const geometry = { type: 'MultiPolygon', coordinates: polygons };
  return { type: 'Feature', geometry, properties: scope === 'own' ? { label } : { label, is_public: isPublic } };
}

/** @throws {ApiError} with the server's sentence where it takes no such area. */
export async function addArea(scope: AreaScope, wanted: WantedArea): Promise<ExcludedArea | null> {
  return parseArea(await request(PATHS[scope], { method: 'POST', body: featureOf(scope, wanted) }));
}

/**
 * Puts another area in the place of one.
 *
 * @throws {ApiError} with the server's sentence where it takes no such area.
 */
export async function changeArea(scope: AreaScope, id: string, wanted: WantedArea): Promise<ExcludedArea | null> {
  return parseArea(await request(`${PATHS[scope]}/${encodeURIComponent(id)}`, { method: 'PUT', body: featureOf(scope, wanted) }));
}

export async function removeArea(scope: AreaScope, id: string): Promise<void> {
  await request(`${PATHS[scope]}/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** How many pictures of an account (null: of anybody, as far as one sees them) lie in an area. */
export async function countPictures(polygons: readonly Polygon[], account: string | null, signal: AbortSignal): Promise<Count> {
  const filter = account === null ? {} : { filter: `account_id = '${account}'`, 'filter-lang': 'cql2-text' };
  const body = { intersects: { type: 'MultiPolygon', coordinates: polygons }, limit: MOST_COUNTED, ...filter };
  const answer = object(await request('/search', { method: 'POST', body, signal }));
  const more = linkOf(answer, 'next') !== null;
  return { pictures: list(answer.features).length, isAll: !more };
}
