// A real browser: how it is started, and what it must not do.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

/** What the tests are told by whoever starts them. */
export const given = {
  chromium: required('FLANEUR_CHROMIUM'),
  url: required('FLANEUR_URL'),
  token: required('FLANEUR_TOKEN'),
  /** A token of an account that is no administrator. */
  account: process.env.FLANEUR_ACCOUNT,
  /** Files to upload: `[{ name, path }]`. */
  uploads: optional('FLANEUR_UPLOADS'),
  /** Files to send over a bad line, and ones with something wrong: `{ walk, refused, twice, good: { en, fr }, keys }`, each `{ name, path, size }`. */
  sending: optional('FLANEUR_SENDING'),
  /** Items of a walk in its order, the last a panorama: `[{ id, collection, lon, lat }]`. */
  walk: optional('FLANEUR_WALK'),
  /**
   * Pictures of places on several days, all with a mark, `{ id, collection, day }` each: `panoramas` of one place, the oldest
   * first, which show the mark in the direction of 60°; `again`, one more of the first day, a few metres away; two `flats` of another
   * place; a panorama and a photo of a third, `mixed: { panorama, flat }`; two of a fourth, the first to be `hidden`; and one
   * `alone`.
   */
  dates: optional('FLANEUR_DATES'),
  /** `{ street, photos, large }`: ids of panoramas and of photos, each 6 m north of the one before; and of one large panorama elsewhere. */
  streets: optional('FLANEUR_STREETS'),
  /** Pictures in which something is to be blurred, by what is done with them: `{ mouse: id, … }`. */
  blur: optional('FLANEUR_BLUR'),
  /** A token of another account: one that is erased, or that has nothing. */
  somebody: process.env.FLANEUR_SOMEBODY,
  /**
   * Where people sign in, and a server that takes no newcomers: `{ oidc, osm, closed }`, each an address. Or where there is
   * something to bring here: `{ sequences }`, two addresses of sequences in the API of another server, each of three pictures
   * or more.
   */
  elsewhere: optional('FLANEUR_ELSEWHERE'),
  /** Folders of pictures to be dropped, whose files have the same names. */
  folders: optional('FLANEUR_FOLDERS'),
  /** File of the mails that were sent: one of JSON in each line, with `to` and `text`. */
  mails: process.env.FLANEUR_MAILS,
  /** Folder of files to decode, listed in its `list.json`. */
  files: process.env.FLANEUR_FILES,
};

function optional(name) {
  const value = process.env[name];
  return value === undefined ? null : JSON.parse(value);
}

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start these tests with make test-e2e`);
  return value;
}

export const DESKTOP = { name: 'desktop', viewport: { width: 1280, height: 800 } };
export const PHONE = { name: 'phone', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Long enough for pictures drawn without a graphics card on a machine with a fraction of its usual speed. */
export const PATIENCE = 120_000;

export function launch() {
  return chromium.launch({
    executablePath: given.chromium,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * A page that notes what it must not do: say errors in the console, throw, or ask another host. Requests to other hosts
 * than `hosts` never leave the browser. `expected` are patterns of what is allowed all the same. Service workers are kept out where
 * nothing is tried of them: what they answer is seen by no test.
 */
export async function openPage(browser, device, { hosts = [new URL(given.url).host], expected = [], locale = 'en-GB', reducedMotion = 'reduce', serviceWorkers = 'block' } = {}) {
  const context = await browser.newContext({
    viewport: device.viewport,
    isMobile: device.isMobile ?? false,
    hasTouch: device.hasTouch ?? false,
    locale,
    reducedMotion,
    serviceWorkers,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  follow(page);
  const troubles = [];
  const foreign = new Set();
  const note = (text) => {
    if (!expected.some((pattern) => pattern.test(text))) troubles.push(text);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => note(`uncaught: ${error.stack || error.message || JSON.stringify(error)} ${error.name}`));
  page.on('crash', () => note('the page crashed'));
  await context.route(
    (url) => /^https?:$/.test(url.protocol) && !hosts.includes(url.host),
    (route) => {
      foreign.add(new URL(route.request().url()).host);
      return route.abort('blockedbyclient');
    },
  );
  return { context, page, troubles, foreign };
}

/** Waits until the map of a page, or of a frame within it, is drawn. */
export function untilMap(page) {
  return page.waitForFunction(() => document.documentElement.dataset.mapReady === 'true', null, { timeout: PATIENCE });
}

/** Loads a page anew. The same page with another fragment would not be loaded, but go there, and tell once what is told once. */
export async function load(page, address) {
  await page.goto('about:blank');
  await page.goto(address);
}

/** What the pages fetch: when each request that has not ended began, and when the last one began or ended. */
const traffic = new WeakMap();

function follow(page) {
  const seen = { open: new Map(), last: Date.now() };
  traffic.set(page, seen);
  page.on('request', (request) => {
    seen.last = Date.now();
    seen.open.set(request, seen.last);
  });
  const ended = (request) => {
    if (seen.open.delete(request)) seen.last = Date.now();
  };
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
}

/** For how long nothing has to have happened, ms. */
const REST = 500;

/** How long a request is waited for, ms. The browser does not tell of the end of every request that a page gave up. */
const LONGEST = 5_000;

/** Waits until nothing is fetched any more. What comes then all the same has to be looked at until it stays. */
export async function untilQuiet(page) {
  const { open, last } = traffic.get(page);
  const now = Date.now();
  const young = [...open.values()].some((began) => now - began < LONGEST);
  if (!young && now - last >= REST) return;
  await page.waitForTimeout(50);
  await untilQuiet(page);
}

/** Keeps what the page looks like in `out/`. */
export async function screenshot(page, name) {
  const folder = fileURLToPath(new URL('out/', import.meta.url));
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png` });
}

/** Keeps both looks of a page. */
export async function lookAt(page, device, name) {
  await screenshot(page, `${device.name}-${name}`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(page, `${device.name}-${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Signs in with a token as a person does. */
export async function signIn(page, token = given.token) {
  await page.goto(`${given.url}/sign-in`);
  const field = page.getByTestId('sign-in-token');
  await field.waitFor({ state: 'attached' });
  // Where there are other ways to sign in, this one is folded away.
  if (!(await field.isVisible())) await page.getByTestId('sign-in-with-token').click();
  await field.fill(token);
  await page.getByTestId('sign-in-submit').click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}
