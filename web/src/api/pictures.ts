import type { Box, Place } from '../lib/geometry';
import { request } from './client';
import { ApiError } from './errors';
import { linkOf, list, number, object, text } from './json';
import { parsePicture, parsePlace, type Picture } from './picture';

const CACHE_SIZE = 64;
const cache = new Map<string, Picture>();
/** How often a picture was published anew while this page was open. */
const renewals = new Map<string, number>();

/**
 * The address of a file of a picture. Browsers show an image again without asking the server while a page is open, so that
 * what was published anew meanwhile needs an address that they don't have yet.
 */
export function freshAddress(picture: string, address: string): string {
  const times = renewals.get(picture);
  return times === undefined ? address : `${address}${address.includes('?') ? '&' : '?'}again=${times}`;
}

/** What is known of a picture is not true any more; its files show what they did. */
export function forgetPicture(id: string): void {
  cache.delete(id);
}

/** What may be seen has changed: links of other pictures lead elsewhere now, too. */
export function forgetAllPictures(): void {
  cache.clear();
}

/** A picture was published anew: what is known of it is forgotten. */
export function renewPicture(id: string): void {
  forgetPicture(id);
  renewals.set(id, (renewals.get(id) ?? 0) + 1);
}

function fresh(picture: Picture): Picture {
  const address = (file: string): string => freshAddress(picture.id, file);
  const tiles = picture.tiles === null ? null : { ...picture.tiles, template: address(picture.tiles.template) };
  return { ...picture, hd: address(picture.hd), sd: address(picture.sd), thumb: address(picture.thumb), tiles };
}

function remember(found: Picture): Picture {
  const picture = fresh(found);
  cache.delete(picture.id);
  cache.set(picture.id, picture);
  const oldest = cache.keys().next();
  if (cache.size > CACHE_SIZE && oldest.done !== true) cache.delete(oldest.value);
  return picture;
}

function first(answer: unknown): Picture | null {
  const features = list(object(answer).features);
  return features.length === 0 ? null : parsePicture(features[0]);
}

/** One picture. `sequence` is only a short cut: the answer is the same without it. */
export async function getPicture(id: string, sequence: string | null, signal?: AbortSignal): Promise<Picture> {
  const known = cache.get(id);
  if (known !== undefined) return known;
  const picture =
    sequence === null
      ? first(await request(`/search?ids=${encodeURIComponent(id)}`, { signal }))
      : parsePicture(
          await request(`/collections/${encodeURIComponent(sequence)}/items/${encodeURIComponent(id)}`, { signal }),
        );
  if (picture === null) throw new ApiError('notFound', 404, null);
  return remember(picture);
}

/**
 * Whether everybody sees a picture.
 *
 * @throws {ApiError} when that can't be found out.
 */
export async function isPublic(id: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await request(`/pictures/${encodeURIComponent(id)}`, { method: 'HEAD', anonymous: true, signal });
    return true;
  } catch (error) {
    if (error instanceof ApiError && ['notFound', 'signedOut', 'forbidden'].includes(error.kind)) return false;
    throw error;
  }
}

/** The first picture of a sequence. */
export async function firstOfSequence(sequence: string, signal?: AbortSignal): Promise<Picture> {
  const picture = first(await request(endsOf(sequence), { signal }));
  if (picture === null) throw new ApiError('notFound', 404, null);
  return remember(picture);
}

/** The last picture of a sequence. */
export async function lastOfSequence(sequence: string, signal?: AbortSignal): Promise<Picture> {
  const start = await request(endsOf(sequence), { signal });
  const last = text(linkOf(object(start), 'last')?.href);
  // Where there is no such page, the first is the last.
  const end = last === null ? start : await request(endsOf(sequence) + afterOf(last), { signal });
  const picture = first(end);
  if (picture === null) throw new ApiError('notFound', 404, null);
  return remember(picture);
}

/** Pictures of a sequence one by one, the first first. */
function endsOf(sequence: string): string {
  return `/collections/${encodeURIComponent(sequence)}/items?limit=1`;
}

/** Where a page begins that a link leads to, as a parameter more. */
function afterOf(link: string): string {
  const after = new URL(link).searchParams.get('startAfterRank');
  return after === null ? '' : `&startAfterRank=${encodeURIComponent(after)}`;
}

/** Where a picture was taken. */
export interface PlaceOfPicture {
  readonly id: string;
  readonly sequence: string | null;
  readonly place: Place;
}

/** So many pictures in a box are told of, the nearest to its middle first. */
const MOST_AROUND = 30;

/** A box as the API reads it: to the centimetre. */
function boxText(box: Box): string {
  return box.map((side) => side.toFixed(7)).join(',');
}

/** Where pictures in a box were taken. */
export async function placesAround(box: Box, signal?: AbortSignal): Promise<PlaceOfPicture[]> {
  const answer = await request(`/search?bbox=${boxText(box)}&limit=${MOST_AROUND}&fields=id,collection,geometry`, { signal });
  return list(object(answer).features).flatMap((raw) => {
    const item = object(raw);
    const [id, place] = [text(item.id), parsePlace(item.geometry)];
    return id === null || place === null ? [] : [{ id, sequence: text(item.collection), place }];
  });
}

/** The picture nearest to the middle of a box, of one sequence if given. */
export async function nearest(box: Box, sequence: string | null, signal?: AbortSignal): Promise<Picture | null> {
  const of = sequence === null ? '' : `&collections=${encodeURIComponent(sequence)}`;
  const picture = first(await request(`/search?bbox=${boxText(box)}&limit=1${of}`, { signal }));
  return picture === null ? null : remember(picture);
}

/** What the instance covers: null when there is no picture at all. */
export async function coveredArea(signal?: AbortSignal): Promise<{ box: Box | null } | null> {
  const [landing, any] = await Promise.all([request('/', { signal }), request('/search?limit=1', { signal })]);
  if (list(object(any).features).length === 0) return null;
  return { box: extentOf(landing) };
}

/** What one's own latest sequences cover: null when there is none. */
export async function ownCoveredArea(signal: AbortSignal): Promise<{ box: Box | null } | null> {
  const latest = await request('/users/me/collection?limit=20&sortby=-created', { signal });
  const any = list(object(latest).links).some((link) => object(link).rel === 'child');
  return any ? { box: extentOf(latest) } : null;
}

/** The box that a catalog or a collection says that it covers. */
function extentOf(catalog: unknown): Box | null {
  const { bbox } = object(object(object(catalog).extent).spatial);
  const [west, south, east, north] = list(list(bbox)[0]).map(number);
  return west == null || south == null || east == null || north == null ? null : [west, south, east, north];
}
