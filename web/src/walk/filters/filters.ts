/** How the lines and points of the map are coloured. The names are those of Panoramax viewers. */
export const THEMES = ['default', 'age', 'type', 'score', 'gps'] as const;
export type Theme = (typeof THEMES)[number];

export const PICTURE_TYPES = ['flat', 'equirectangular'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

/** The choices of least sharpness, pixels per degree: those at which the grades of Panoramax change. */
export const DENSITIES = [10, 15, 30] as const;
/** The choices of greatest error of position, metres, by the number of stars that Panoramax viewers give it. */
export const ACCURACIES: ReadonlyMap<number, number> = new Map([[5, 0.5], [4, 2], [3, 5], [2, 10]]);

/** What the map is narrowed down to: pictures that fit all of it. */
export interface Filters {
  /** The first and the last day, `2024-05-31`. */
  readonly from: string | null;
  readonly to: string | null;
  readonly type: PictureType | null;
  /** How make and model of the camera begin. */
  readonly camera: string | null;
  /** Whose they are: the account's id. */
  readonly account: string | null;
  /** At least so many pixels per degree. */
  readonly density: number | null;
  /** At most so many metres off. */
  readonly accuracy: number | null;
  /** What it shows: a tag's key, or `key=value`. */
  readonly tag: string | null;
}

export const NO_FILTERS: Filters = { from: null, to: null, type: null, camera: null, account: null, density: null, accuracy: null, tag: null };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Longest name of a camera that the API takes, bytes; what is longer in characters is longer in bytes, too. */
export const LONGEST_CAMERA = 200;
/** The same of a tag. */
export const LONGEST_TAG = 200;

/** The ends of a time, the earlier first. Days are texts that sort as they follow one another. */
export function inOrder(from: string | null, to: string | null): [string | null, string | null] {
  return from !== null && to !== null && from > to ? [to, from] : [from, to];
}

export function parseType(value: string | null): PictureType | null {
  return PICTURE_TYPES.find((each) => each === value) ?? null;
}

/** A tag, or its key. Without a key it is none, without a value it is the key. */
export function parseTag(value: string | null): string | null {
  const tag = (value ?? '').slice(0, LONGEST_TAG).trim().replace(/\s*=$/, '');
  return tag === '' || tag.startsWith('=') ? null : tag;
}

function day(value: string | null): string | null {
  if (value === null || !DAY.test(value)) return null;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value) ? value : null;
}

/** Stars that are asked for, `3,4,5`: they are understood if they are all from some number on. */
function accuracy(value: string | null): number | null {
  const stars = [...new Set((value ?? '').split(',').map(Number))].sort((a, b) => a - b);
  const [least = 0] = stars;
  const upwards = stars.every((star, index) => star === least + index) && stars.at(-1) === 5;
  return upwards ? (ACCURACIES.get(least) ?? null) : null;
}

/** Reads the filters of an address, of this site or of a Panoramax viewer; what is not understood is passed over. */
export function parseFilters(get: (name: string) => string | null): Filters {
  const [from, to] = inOrder(day(get('date_from')), day(get('date_to')));
  const camera = (get('camera') ?? '').trim().slice(0, LONGEST_CAMERA);
  const account = get('users');
  const density = Number(get('density'));
  return {
    from,
    to,
    type: parseType(get('pic_type')),
    camera: camera === '' ? null : camera,
    account: account !== null && UUID.test(account) ? account : null,
    density: DENSITIES.find((each) => each === density) ?? null,
    accuracy: accuracy(get('gps')),
    tag: parseTag(get('tag')),
  };
}

export function parseTheme(value: string | null): Theme {
  return THEMES.find((each) => each === value) ?? 'default';
}

/** The parts of an address that say the same. */
export function formatFilters(filters: Filters): string[] {
  const { from, to, type, camera, account, density, accuracy: most, tag } = filters;
  const stars = [...ACCURACIES].find(([, metres]) => metres === most)?.[0];
  const parts: [string, string | null][] = [
    ['date_from', from],
    ['date_to', to],
    ['pic_type', type],
    ['camera', camera === null ? null : encodeURIComponent(camera)],
    ['users', account],
    ['density', density === null ? null : String(density)],
    ['gps', stars === undefined ? null : [1, 2, 3, 4, 5].filter((star) => star >= stars).join(',')],
    ['tag', tag === null ? null : encodeURIComponent(tag)],
  ];
  return parts.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
}

/** The parameters by which the API is asked for it: nothing, or a question mark and what follows. */
export function filterQuery(filters: Filters): string {
  const { from, to, type, camera, account, density, accuracy: most, tag } = filters;
  const query = new URLSearchParams();
  if (from !== null || to !== null) query.set('datetime', `${from ?? '..'}/${to ?? '..'}`);
  if (type !== null) query.set('type', type);
  if (camera !== null) query.set('model', camera);
  if (account !== null) query.set('account_id', account);
  if (density !== null) query.set('h_pixel_density', String(density));
  if (most !== null) query.set('gps_accuracy', String(most));
  if (tag !== null) query.set('tag', tag);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** How many filters there are; both ends of a time are one. */
export function countFilters({ from, to, ...others }: Filters): number {
  const time = from === null && to === null ? 0 : 1;
  return time + Object.values(others).filter((value) => value !== null).length;
}
