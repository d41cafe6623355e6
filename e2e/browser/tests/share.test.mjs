// Passing on what one looks at: links, attribution, other programs, and pages of others that show a picture within them.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { accessible } from '../accessible.mjs';
import { untilShown } from '../blurring.mjs';
import { DESKTOP, PHONE, given, launch, lookAt, openPage, screenshot, signIn, untilMap } from '../browser.mjs';
import { clean, fits, openPicture, tabTo } from '../reporting.mjs';

const JOSM = '127.0.0.1:8111';
const [flat, second] = given.walk;
const panorama = given.walk.at(-1);
const here = new URL(given.url).host;

let browser;
/** A page of somebody else, at another host; what it shows is set by the tests. */
let other;
let article = '';

before(async () => {
  browser = await launch();
  other = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>An article</title><body>${article}</body></html>`);
  });
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  await browser?.close();
  other?.close();
});

const otherHost = () => `localhost:${other.address().port}`;

async function open(device, locale, expected = []) {
  const opened = await openPage(browser, device, { hosts: [here, otherHost(), JOSM], expected, locale });
  await opened.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: given.url });
  return opened;
}

const valueOf = (page, name) => page.getByTestId(name).inputValue();
const hrefOf = (page, name) => page.getByTestId(name).getAttribute('href');

/** What hash and query of an address say together. */
const said = (address) => Object.fromEntries(new URL(address).searchParams);

async function copies(page, name, copied) {
  await tabTo(page, `${name}-copy`);
  await page.keyboard.press('Enter');
  await page.getByTestId(`${name}-copied`).getByText(copied).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await valueOf(page, name));
}

/**
 * Shows a page of others with this code and the whole site in frames. Answers the frame that shows the picture, once it is seen,
 * after a look at whether whom to credit is seen, too.
 */
async function shownElsewhere(page, code, id, licence) {
  article = `<h1>An article</h1>${code}<iframe title="All of it" src="${given.url}/?embed=1#focus=pic&pic=${id}" width="300" height="200"></iframe>`;
  await page.goto(`http://${otherHost()}/`);
  const frame = page.frames().find((each) => each.url().startsWith(`${given.url}/embed?`));
  assert.ok(frame, `the picture is in a frame: ${page.frames().map((each) => each.url())}`);
  await frame.waitForFunction((wanted) => document.documentElement.dataset.picture === wanted, id);
  const credit = await frame.getByTestId('embed-credit').textContent();
  assert.match(credit, /admin/, 'the author is named');
  assert.ok(credit.includes(licence) && /20\d\d/.test(credit), credit);
  const seen = await frame.evaluate(() => {
    const { bottom, right, height } = document.querySelector('[data-testid=embed-credit]').getBoundingClientRect();
    return height > 10 && bottom <= innerHeight && right <= innerWidth && document.documentElement.scrollWidth <= innerWidth;
  });
  assert.ok(seen, 'whom to credit lies within the frame');
  assert.equal(await frame.locator('header, form, select, input, [data-testid=edit-open]').count(), 0, 'nothing in it changes anything');
  const whole = page.frames().find((each) => each.parentFrame() !== null && each !== frame);
  await assert.rejects(whole.waitForSelector('#app', { state: 'attached', timeout: 2_000 }), 'the whole site is in no frame');
  return frame;
}

const REFUSED = /frame-ancestors|X-Frame-Options/;

test('on a desktop, by keyboard', async () => {
  const opened = await open(DESKTOP, 'en-GB', [/ERR_CONNECTION_REFUSED/, REFUSED]);
  const { context, page } = opened;
  const commands = [];
  let listens = false;
  await page.route(`http://${JOSM}/**`, (route) => {
    commands.push(new URL(route.request().url()));
    return listens ? route.fulfill({ body: 'OK', headers: { 'Access-Control-Allow-Origin': '*' } }) : route.abort('connectionrefused');
  });
  await openPicture(page, panorama.id);
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => /xyz=(?!0\/)/.test(location.hash));
  await page.keyboard.press('s');
  await page.getByTestId('share').waitFor();
  await page.getByRole('heading', { name: 'Share this picture' }).waitFor();
  await accessible(page, 'dialog');
  await fits(page, DESKTOP);
  await lookAt(page, DESKTOP, 'share');

  const view = await valueOf(page, 'share-view');
  const { focus, pic, xyz, map } = said(view);
  assert.deepEqual([focus, pic], ['pic', panorama.id]);
  const heading = Number(xyz.split('/')[0]);
  assert.ok(heading > 0, xyz);
  assert.match(map, /^\d+(\.\d{1,2})?\/-?\d+(\.\d{1,6})?\/-?\d+(\.\d{1,6})?$/);
  await copies(page, 'share-view', 'Copied.');
  const alone = `${given.url}/?pic=${panorama.id}`;
  assert.equal(await valueOf(page, 'share-picture'), alone);
  const words = await valueOf(page, 'share-credit-text');
  const licence = await page.getByTestId('licence').textContent();
  assert.ok(words.includes('admin') && words.includes(licence) && words.endsWith(alone), words);
  assert.match(words, /, \w+ \d{1,2}, 20\d\d, /);
  const html = await valueOf(page, 'share-credit-html');
  assert.ok(html.includes(`<a href="${alone}">`) && html.includes('<a rel="license" href="http'), html);
  await copies(page, 'share-credit-html', 'Copied.');

  const near = (found, wanted) => assert.ok(Math.abs(Number(found) - wanted) < 1e-5, `${found}, ${wanted}`);
  const osm = said(await hrefOf(page, 'share-osm'));
  near(osm.mlat, panorama.lat);
  near(osm.mlon, panorama.lon);
  assert.ok((await hrefOf(page, 'share-id')).endsWith(`&photo_overlay=panoramax&photo=panoramax/${panorama.id}`));
  assert.match(await hrefOf(page, 'share-geo'), /^geo:-?\d+\.\d{1,6},-?\d+\.\d{1,6}\?z=18$/);
  const file = await page.request.get(`${given.url}${await hrefOf(page, 'share-view-file')}`);
  assert.deepEqual([file.status(), file.headers()['content-type']], [200, 'image/jpeg']);

  await tabTo(page, 'share-josm');
  await page.keyboard.press('Enter');
  await page.getByTestId('share-josm-said').getByText('JOSM did not answer. Start it').waitFor();
  await screenshot(page, 'desktop-share-josm');
  listens = true;
  await page.keyboard.press('Enter');
  await page.getByTestId('share-josm-said').getByText('JOSM shows the place.').waitFor();
  const { left, right, top, bottom } = said(commands.at(-1));
  assert.ok(Number(left) < panorama.lon && panorama.lon < Number(right) && Number(bottom) < panorama.lat && panorama.lat < Number(top));

  const plain = await valueOf(page, 'share-code');
  assert.match(plain, /width="800" height="500"/);
  assert.doesNotMatch(plain, /map=/);
  await page.getByTestId('share-map-shown').focus();
  await page.keyboard.press('Space');
  const code = await valueOf(page, 'share-code');
  assert.match(code, /map=/);
  await page.keyboard.press('Escape');
  await page.getByTestId('share').waitFor({ state: 'detached' });

  const frame = await shownElsewhere(page, code, panorama.id, licence);
  await untilMap(frame);
  await accessible(frame);
  await lookAt(page, DESKTOP, 'share-embedded');
  const tab = context.waitForEvent('page');
  await frame.getByTestId('embed-open').focus();
  await page.keyboard.press('Enter');
  const whole = await tab;
  await untilShown(whole, panorama.id);
  await whole.waitForFunction((wanted) => Math.abs(Number(/xyz=([\d.]+)/.exec(location.hash)?.[1]) - wanted) < 1, heading);
  await clean(opened);
});

test('on a phone, in French', async () => {
  const opened = await open(PHONE, 'fr-FR', [REFUSED]);
  const { page } = opened;
  await page.addInitScript(() => {
    navigator.canShare = () => true;
    navigator.share = async (data) => { globalThis.passedOn = data; };
  });
  await openPicture(page, flat.id);
  await page.getByTestId('share-open').tap();
  await page.getByRole('heading', { name: 'Partager cette photo' }).waitFor();
  await accessible(page, 'dialog');
  await fits(page, PHONE);
  await lookAt(page, PHONE, 'share');
  assert.equal(await page.getByTestId('share-view-file').count(), 0, 'a flat picture has no views');
  await page.getByTestId('share-system').tap();
  await page.waitForFunction(() => globalThis.passedOn !== undefined);
  assert.equal((await page.evaluate(() => globalThis.passedOn)).url, await valueOf(page, 'share-view'));
  await page.getByTestId('share-picture-copy').tap();
  await page.getByTestId('share-picture-copied').getByText('Copié.').waitFor();
  await page.getByTestId('share-size').selectOption('small');
  const code = await valueOf(page, 'share-code');
  assert.match(code, /width="480" height="320" style="border: 0; max-width: 100%"/);
  await page.getByTestId('share-geo').scrollIntoViewIfNeeded();
  await screenshot(page, 'phone-share-below');
  const licence = await page.getByTestId('licence').textContent();
  const frame = await shownElsewhere(page, code, flat.id, licence);
  assert.match(await frame.getByTestId('embed-open').textContent(), /^Ouvrir sur /);
  await accessible(frame);
  await lookAt(page, PHONE, 'share-embedded');
  await clean(opened);
});

test('who sees a picture that others do not is told', async () => {
  // It is asked for as a stranger would.
  const opened = await open(DESKTOP, 'en-GB', [/status of 404/]);
  const { page } = opened;
  const change = (visibility) =>
    page.request.patch(`${given.url}/api/collections/${second.collection}/items/${second.id}`, {
      headers: { Authorization: `Bearer ${given.token}` },
      data: { visibility },
    });
  await signIn(page);
  assert.equal((await change('owner-only')).status(), 200);
  await openPicture(page, second.id);
  await page.keyboard.press('s');
  await page.getByTestId('share-hidden').waitFor();
  assert.doesNotMatch(await hrefOf(page, 'share-id'), /photo/);
  await lookAt(page, DESKTOP, 'share-hidden');
  assert.equal((await change('anyone')).status(), 200);
  await clean(opened);
});
