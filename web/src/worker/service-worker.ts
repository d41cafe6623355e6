// Keeps the site's own files in the browser, so that it opens without a network and over a bad one.
//
// It keeps nothing that the API answers, neither pictures nor who sees them: what is blurred, hidden or deleted there must be gone
// here, too. It imports nothing, as it is loaded as it stands.

declare const self: ServiceWorkerGlobalScope;
/** Names of the files of this version of the site, written in when it is built (`scripts/offline.ts`). */
declare const __ASSETS__: readonly string[];

const CACHE = 'flaneur-site';
/** The document, which is the same at every address. */
const DOCUMENT = '/';
/** After so long without an answer, a page is opened from what is kept. */
const PATIENCE_MS = 4_000;
/** What no page of the site answers: the API, pictures inside pages of others, and single files. */
const NOT_OURS = /^\/(?:api|embed|assets)(?:\/|$)|\.[^/]+$/;

const FILES: ReadonlySet<string> = new Set([...__ASSETS__, 'favicon.svg'].map((name) => `/${name}`));

/** Keeps files of this version that are not kept yet. */
async function keep(paths: Iterable<string>): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const path of new Set(paths)) {
    if (FILES.has(path) && (await cache.match(path, { ignoreVary: true })) === undefined) await cache.add(path);
  }
}

/** Keeps the document and what it loads. The one kept before stays until all of it is there. */
async function keepDocument(): Promise<void> {
  const document = await fetch(DOCUMENT, { cache: 'no-cache', credentials: 'omit' });
  if (!document.ok) throw new Error(`the site answers ${document.status}`);
  const html = await document.clone().text();
  await keep([...html.matchAll(/(?:src|href)="([^"]+)"/g)].flatMap(([, path]) => path ?? []));
  await (await caches.open(CACHE)).put(DOCUMENT, document);
}

/** Drops what earlier versions had. */
async function tidy(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== DOCUMENT && !FILES.has(pathname)) await cache.delete(request);
  }
}

/** The network's answer; without one, the document as it is kept. */
async function open(request: Request): Promise<Response> {
  const answer = fetch(request);
  const late = new Promise<null>((resolve) => {
    setTimeout(() => { resolve(null); }, PATIENCE_MS);
  });
  const inTime = await Promise.race([answer, late]).catch(() => null);
  if (inTime !== null) return inTime;
  const kept = await caches.match(DOCUMENT, { cacheName: CACHE, ignoreVary: true });
  if (kept === undefined) return answer;
  answer.catch(() => undefined);
  return kept;
}

/** Files never change: their names are made of what is in them. */
async function load(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  // The page does not wait for that; and a disk that is full is no reason not to answer.
  if (answer.ok) event.waitUntil(cache.put(request, answer.clone()).catch(() => undefined));
  return answer;
}

self.addEventListener('install', (event) => {
  event.waitUntil(keepDocument().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (!NOT_OURS.test(pathname)) event.respondWith(open(request));
  } else if (pathname.startsWith('/assets/') || pathname === '/favicon.svg') {
    event.respondWith(load(event));
  }
});

// A page tells what it had loaded before this worker was there.
self.addEventListener('message', (event) => {
  const paths: unknown = event.data;
  if (!Array.isArray(paths)) return;
  event.waitUntil(keep(paths.filter((path) => typeof path === 'string')).catch(() => undefined));
});
