/** What the address of a case says: which report, and the key that lets a stranger read it. */
export interface CaseAddress {
  readonly id: string;
  readonly key: string | null;
}

/** Keys are longer than any fragment that the site itself sets. */
const KEY = /^[\w-]{16,128}$/;

/** Reads `/reports/{id}#{key}`. */
export function caseOf(url: Pick<URL, 'pathname' | 'hash'>): CaseAddress {
  const id = /^\/reports\/([^/]+)/.exec(url.pathname)?.[1] ?? '';
  const fragment = url.hash.replace(/^#/, '');
  return { id, key: KEY.test(fragment) ? fragment : null };
}
