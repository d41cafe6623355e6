const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const COLLECTION = new RegExp(`^(.*/collections/)(${ID})(?:/|$)`, 'i');
const SEQUENCE_PAGE = new RegExp(`/sequences?/(${ID})(?:/|$)`, 'i');
const WHOLE_ID = new RegExp(`^${ID}$`, 'i');

/** Where a sequence is in the API of its server, or what is wrong with what was given. */
export type TransferAddress = { readonly location: string } | { readonly wrong: 'address' | 'noSequence' | 'here' };

function urlOf(typed: string): URL | null {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (typed === '' || /\s/.test(typed) || !URL.canParse(absolute)) return null;
  const url = new URL(absolute);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
}

/**
 * Understands the address of a sequence, or of one of its pictures, in the API of another server; and links of viewers that
 * have the sequence's id: `seq=` behind `?` or `#`, the hash winning, and `/sequences/{id}`. Those lead to the API below
 * `/api` of the same host, where every Panoramax instance has it. `here` is the origin of this site, from which nothing is to
 * be brought.
 */
export function transferAddress(typed: string, here: string): TransferAddress {
  const url = urlOf(typed.trim());
  if (url === null) return { wrong: 'address' };
  const { origin, pathname } = url;
  if (origin === here) return { wrong: 'here' };
  const inApi = COLLECTION.exec(pathname);
  if (inApi !== null) return { location: `${origin}${inApi[1] ?? ''}${(inApi[2] ?? '').toLowerCase()}` };
  const hash = new URLSearchParams(url.hash.replace(/^#/, ''));
  const given = hash.get('seq') ?? url.searchParams.get('seq') ?? '';
  const id = WHOLE_ID.test(given) ? given : SEQUENCE_PAGE.exec(pathname)?.[1];
  return id === undefined ? { wrong: 'noSequence' } : { location: `${origin}/api/collections/${id.toLowerCase()}` };
}
