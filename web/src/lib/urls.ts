/** `value` when it is an absolute http(s) address, else null: nothing else from outside becomes a link. */
export function httpUrl(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  try {
    const url = new URL(value, typeof location === 'undefined' ? undefined : location.origin);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

/** Where to go after signing in: a path of this site, whatever the address bar asks for. */
export function safeNext(next: string | null): string {
  if (next === null || !/^\/(?![/\\])/.test(next)) return '/';
  const here = 'https://site.invalid';
  try {
    const url = new URL(next, here);
    return url.origin === here ? url.pathname + url.search + url.hash : '/';
  } catch {
    return '/';
  }
}
