import type { Place } from '../lib/geometry';
import { request } from './client';
import { VISIBILITIES, type Visibility } from './edits';
import { type Json, linkOf, list, number, object, text } from './json';

/** Most pictures that are taken up at once: as many as one edit may change. */
export const MOST_PICTURES = 20_000;
/** Sequences on a page of the list. */
const PAGE = 50;
/** Pictures in one answer. */
const ITEMS = 1000;
/** What is asked of each of them: without the rest, the server reads and sends a fraction. */
const FIELDS = 'geometry,datetime,datetimetz,view:azimuth,flaneur:heading_source,geovisio:status';

/** One of one's own sequences, as the list tells of it. */
export interface OwnSequence {
  readonly id: string;
  readonly title: string;
  readonly pictures: number;
  readonly lengthKm: number | null;
  /** When its first and last pictures were taken, ISO 8601. */
  readonly from: string | null;
  readonly to: string | null;
  readonly visibility: Visibility;
  /** Whether its pictures are published already. */
  readonly ready: boolean;
}

export interface SequencePage {
  readonly sequences: readonly OwnSequence[];
  /** Path that leads to the next page; null on the last one. */
  readonly next: string | null;
}

/** A picture of one's own, as far as correcting many of them goes. */
export interface OwnPicture {
  readonly id: string;
  readonly sequence: string;
  readonly place: Place;
  /** Local date and time with its offset, ISO 8601. */
  readonly takenAt: string | null;
  /** Degrees clockwise from north; null where nobody knows. */
  readonly heading: number | null;
}

/** In which order sequences may be listed: what they go by, the first or the last first. */
export const ORDERS = ['-created', '-datetime', '+datetime'] as const;
export type Order = (typeof ORDERS)[number];

function parseSequence(raw: unknown): OwnSequence[] {
  const link = object(raw);
  const id = text(link.id);
  if (link.rel !== 'child' || id === null) return [];
  const [from, to] = list(list(object(object(link.extent).temporal).interval)[0]).map(text);
  return [
    {
      id,
      title: text(link.title) ?? '',
      pictures: number(object(link['stats:items']).count) ?? 0,
      lengthKm: number(link['geovisio:length_km']),
      from: from ?? null,
      to: to ?? null,
      visibility: VISIBILITIES.find((each) => each === link['geovisio:visibility']) ?? 'anyone',
      ready: link['geovisio:status'] === 'ready',
    },
  ];
}

/** The path below the API's root that leads to the next page; null on the last one, and where that is not of this site's API. */
function nextOf(answer: Json): string | null {
  const address = text(linkOf(answer, 'next')?.href);
  if (address === null) return null;
  const { pathname, search } = new URL(address, 'http://here.invalid');
  return pathname.startsWith('/api/') ? pathname.slice('/api'.length) + search : null;
}

/** A page of one's sequences out of the API's answer. */
export function parseSequences(raw: unknown): SequencePage {
  const answer = object(raw);
  return { sequences: list(answer.links).flatMap(parseSequence), next: nextOf(answer) };
}

/** The first page of one's sequences. */
export function firstPage(order: Order): string {
  return `/users/me/collection?limit=${PAGE}&sortby=${encodeURIComponent(order)}`;
}

export async function listSequences(page: string, signal?: AbortSignal): Promise<SequencePage> {
  return parseSequences(await request(page, { signal }));
}

/** What one changes of a sequence as a whole. */
export interface SequencePatch {
  readonly title?: string;
  readonly visibility?: Visibility;
}

function address(sequence: string): string {
  return `/collections/${encodeURIComponent(sequence)}`;
}

export async function patchSequence(sequence: string, fields: SequencePatch): Promise<void> {
  await request(address(sequence), { method: 'PATCH', body: fields });
}

/** Deletes a sequence with all its pictures. `why`: the parameters `issue` and `reasons`, where it is another's. */
export async function deleteSequence(sequence: string, why = new URLSearchParams()): Promise<void> {
  await request(withWhy(address(sequence), why), { method: 'DELETE' });
}

/** Deletes a picture. `why` as for a sequence. */
export async function deletePicture(
  { id, sequence }: Pick<OwnPicture, 'id' | 'sequence'>,
  why = new URLSearchParams(),
): Promise<void> {
  await request(withWhy(`${address(sequence)}/items/${encodeURIComponent(id)}`, why), { method: 'DELETE' });
}

function withWhy(path: string, why: URLSearchParams): string {
  return why.size === 0 ? path : `${path}?${why.toString()}`;
}

/** What a sequence is called. */
export async function titleOf(sequence: string, signal?: AbortSignal): Promise<string> {
  return text(object(await request(address(sequence), { signal })).title) ?? '';
}

/** A picture out of a STAC Item; none without an id or a place. */
export function parseOwnPicture(raw: unknown): OwnPicture[] {
  const item = object(raw);
  const properties = object(item.properties);
  const [id, sequence] = [text(item.id), text(item.collection)];
  const [lon, lat] = list(object(item.geometry).coordinates).map(number);
  if (id === null || sequence === null || lon == null || lat == null) return [];
  const known = properties['flaneur:heading_source'] !== 'none';
  return [
    {
      id,
      sequence,
      place: { lon, lat },
      takenAt: text(properties.datetimetz) ?? text(properties.datetime),
      heading: known ? number(properties['view:azimuth']) : null,
    },
  ];
}

/**
 * The pictures of a sequence in its order, those that are not published yet left out. `onPart` is told how many there are so
 * far. It ends once there are more than `most`.
 */
export async function picturesOf(
  sequence: string,
  most: number,
  onPart: (count: number) => void,
  signal?: AbortSignal,
): Promise<readonly OwnPicture[]> {
  const found: OwnPicture[] = [];
  let page: string | null = `${address(sequence)}/items?limit=${ITEMS}&fields=${FIELDS}`;
  while (page !== null && found.length <= most) {
    const answer = object(await request(page, { signal }));
    const features = list(answer.features).filter((each) => object(object(each).properties)['geovisio:status'] === 'ready');
    found.push(...features.flatMap(parseOwnPicture));
    onPart(found.length);
    page = nextOf(answer);
  }
  return found;
}
