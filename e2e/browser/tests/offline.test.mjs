// Without a network: the site opens, says what is missing, and goes on by itself; it has kept nothing that could be hidden meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { untilShown } from '../blurring.mjs';
import { DESKTOP, PATIENCE, PHONE, given, launch, lookAt, openPage, signIn, untilMap } from '../browser.mjs';
import { clean, openPicture } from '../reporting.mjs';
import { LOST, openUpload } from '../sending.mjs';

const options = { expected: LOST, serviceWorkers: 'allow' };

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Paths of what the site has kept in the browser. */
const kept = (page) =>
  page.evaluate(async () => {
    const paths = [];
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
    }
    return paths;
  });

/** Waits until something holds within the page that takes a while to find out. */
async function until(page, holds) {
  const end = Date.now() + PATIENCE;
  while (!(await page.evaluate(holds))) {
    assert.ok(Date.now() < end, `in vain: ${holds}`);
    await page.waitForTimeout(50);
  }
}

/** Waits until the site's files see to themselves, and all that the page has loaded is kept. */
async function untilKept(page) {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await until(page, async () => {
    const cache = await caches.open('flaneur-site');
    const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
    const answers = await Promise.all(loaded.filter((path) => path.startsWith('/assets/')).map((path) => cache.match(path)));
    return answers.length > 0 && answers.every((each) => each !== undefined);
  });
}

const notice = (page) => page.getByTestId('offline');

test('the site opens, and keeps none of the pictures that were seen', async () => {
  const opened = await openPage(browser, PHONE, options);
  const { page, context } = opened;
  await openPicture(page, given.walk[0].id);
  await untilMap(page);
  await untilKept(page);
  const paths = await kept(page);
  assert.ok(paths.includes('/'), 'the document is kept');
  assert.deepEqual(paths.filter((path) => !/^\/(assets\/[^/]+|favicon\.svg)?$/.test(path)), [], 'nothing but the site itself');

  await context.setOffline(true);
  await notice(page).getByText('No network.').waitFor();
  await page.goto(given.url);
  await notice(page).getByText('No network.').waitFor();
  await page.locator('.maplibregl-canvas').waitFor();
  await lookAt(page, PHONE, 'offline-map');
  await page.goto(`${given.url}/#focus=pic&pic=${given.walk[0].id}`);
  await page.reload();
  await page.getByText('The server cannot be reached.').waitFor();
  await lookAt(page, PHONE, 'offline-picture');
  // It comes by itself, as does the map.
  await context.setOffline(false);
  await untilShown(page, given.walk[0].id);
  await untilMap(page);
  assert.equal(await notice(page).isVisible(), false);
  assert.equal(await page.locator('.toast').count(), 0, 'nothing is said of what the notice says');

  await context.setOffline(true);
  // Nor can pages be shown that need the network; they come by themselves, too.
  await page.goto(`${given.url}/statistics`);
  await page.getByText('The server cannot be reached.').waitFor();
  await lookAt(page, PHONE, 'offline-page');
  await context.setOffline(false);
  await page.getByRole('heading', { name: 'Statistics' }).waitFor();
  assert.equal(await notice(page).isVisible(), false);

  // Neither the API nor a picture within a page of others is answered from here.
  await context.setOffline(true);
  for (const path of ['/api/configuration', `/embed#focus=pic&pic=${given.walk[0].id}`, '/THIRD-PARTY.txt']) {
    await assert.rejects(page.goto(`${given.url}${path}`), /ERR_INTERNET_DISCONNECTED/, path);
  }
  await clean(opened);
});

test('pictures are chosen without a network, and sent when there is one', async () => {
  const opened = await openUpload(browser, DESKTOP, { ...options, language: 'fr' });
  const { page, context } = opened;
  await untilKept(page);
  await context.setOffline(true);
  await page.reload();
  await notice(page).getByText('Pas de réseau.').waitFor();
  await page.getByTestId('account-name').getByText('admin').waitFor();
  await page.getByTestId('upload-input').setInputFiles(given.sending.walk.map(({ path }) => path));
  await page.getByTestId('upload-start').click();
  await page.getByTestId('upload-waits').waitFor();
  assert.match(await page.getByTestId('upload-said').textContent(), /Pas de réseau/);
  await lookAt(page, DESKTOP, 'offline-upload');
  await context.setOffline(false);
  await page.getByTestId('upload-done').waitFor();
  assert.equal(await page.locator('[data-testid=upload-row][data-category=published]').count(), 3);
  await clean(opened);
});

test('who signs out is forgotten, and files of another version are dropped', async () => {
  const opened = await openPage(browser, DESKTOP, options);
  const { page } = opened;
  await signIn(page, given.account);
  await page.goto(`${given.url}/statistics`);
  await untilKept(page);
  const isKnown = () => JSON.stringify({ ...localStorage }).includes('grace');
  await page.waitForFunction(isKnown);
  await page.getByTestId('account-name').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByTestId('account-name').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(isKnown), false);

  await page.evaluate(async () => {
    await (await caches.open('flaneur-site')).put('/assets/page-of-yesterday.js', new Response(''));
    for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
  });
  await page.reload();
  await until(page, async () => (await (await caches.open('flaneur-site')).match('/assets/page-of-yesterday.js')) === undefined);
  await untilKept(page);
  await clean(opened);
});

test('a page that was never opened here is opened once there is a network', async () => {
  const opened = await openPage(browser, DESKTOP, options);
  const { page, context } = opened;
  await page.goto(`${given.url}/statistics`);
  await untilKept(page);
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByText('The server cannot be reached.').waitFor();
  await context.setOffline(false);
  await untilMap(page);
  await clean(opened);
});

test('its script is asked for anew at every visit', async () => {
  const answer = await fetch(`${given.url}/service-worker.js`);
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  assert.match(answer.headers.get('content-type'), /^(text|application)\/javascript/);
});
