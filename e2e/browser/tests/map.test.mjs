// The map narrowed down and coloured: by mouse, by keyboard, and by links of this site and of Panoramax viewers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { untilShown } from '../blurring.mjs';
import { DESKTOP, PHONE, given, launch, load, lookAt, openPage, screenshot, untilMap } from '../browser.mjs';
import { clean, fits, tabTo } from '../reporting.mjs';

const [flat] = given.walk;

let browser;
/** Who took the walk. */
let owner;

before(async () => {
  const picture = await (await fetch(`${given.url}/api/pictures/${flat.id}`)).json();
  owner = picture.providers.at(-1).name;
  browser = await launch();
});
after(() => browser?.close());

/** The map around the walk, from which a hash goes on. */
const HERE = `#focus=map&map=16/${flat.lat}/${flat.lon}`;

const state = (page) => page.getByTestId('filter-state');

/** Waits until the map asks for tiles whose addresses have this, and answers the first. */
const tiles = (page, part) => page.waitForResponse((answer) => answer.url().includes('.mvt') && answer.url().includes(part));

/** Waits until the address has this. */
const address = (page, part) => page.waitForURL((url) => url.hash.includes(part));

for (const device of [DESKTOP, PHONE]) {
  describe(`on a ${device.name}`, () => {
    test('the map is narrowed down, and widened again', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      await page.goto(`${given.url}/${HERE}`);
      await untilMap(page);
      await page.getByTestId('filter-open').click();
      await page.getByTestId('filters').waitFor();
      await fits(page, device);

      const asked = tiles(page, 'type=equirectangular');
      await page.getByTestId('filter-type').selectOption('equirectangular');
      assert.equal((await asked).status(), 200, 'the server leaves out what does not fit');
      await address(page, 'pic_type=equirectangular');
      await page.getByTestId('filter-theme').selectOption('type');
      await page.getByTestId('legend').getByText('360° panoramas').waitFor();
      await address(page, 'theme=type');

      await page.getByTestId('filter-camera').fill('no such camera');
      await page.getByTestId('filter-camera').press('Enter');
      await state(page).getByText('Nothing here fits the filters.').waitFor();
      await lookAt(page, device, 'filters');
      await page.reload();
      await untilMap(page);
      await state(page).getByText('Nothing here fits the filters.').waitFor();
      assert.equal(await page.getByTestId('filter-open').getAttribute('aria-label'), 'Filters: 2');
      await screenshot(page, `${device.name}-filters-nothing`);

      await page.getByTestId('filter-open').click();
      assert.equal(await page.getByTestId('filter-camera').inputValue(), 'no such camera');
      await page.getByTestId('filter-clear').click();
      await page.waitForFunction(() => document.querySelector('[data-testid=filter-state]').textContent === '');
      await page.waitForURL((url) => !url.hash.includes('pic_type') && !url.hash.includes('camera') && url.hash.includes('theme=type'));
      await clean(opened);
    });
  });
}

test('only the pictures of a contributor are shown, and who is not there is said', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await page.goto(`${given.url}/${HERE}`);
  await untilMap(page);
  await page.getByTestId('filter-open').click();
  const user = page.getByTestId('filter-user');
  await user.fill('nobody of this name');
  await user.press('Enter');
  await page.getByText('Nobody here is called nobody of this name.').waitFor();
  assert.equal(new URL(page.url()).hash.includes('users='), false);

  const asked = tiles(page, 'account_id=');
  await user.fill(owner);
  await user.press('Enter');
  await asked;
  await address(page, 'users=');
  await page.getByText('Nobody here is called nobody of this name.').waitFor({ state: 'hidden' });
  const link = page.url();
  await load(page, link);
  await untilMap(page);
  await page.getByTestId('filter-open').click();
  await page.waitForFunction((name) => document.querySelector('#filter-user').value === name, owner);
  await clean(opened);
});

test('only what has a tag is shown', async () => {
  const body = JSON.stringify({ semantics: [{ key: 'osm|amenity', value: 'bench' }] });
  const headers = { Authorization: `Bearer ${given.token}`, 'Content-Type': 'application/json' };
  const tagged = await fetch(`${given.url}/api/collections/${given.walk[0].collection}`, { method: 'PATCH', headers, body });
  assert.equal(tagged.status, 200);
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await page.goto(`${given.url}/${HERE}`);
  await untilMap(page);
  await page.getByTestId('filter-open').click();
  const tag = page.getByTestId('filter-tag');
  await tag.fill('osm|amenity=fountain');
  await tag.press('Enter');
  await state(page).getByText('Nothing here fits the filters.').waitFor();
  await address(page, 'tag=osm%7Camenity%3Dfountain');
  await tag.fill('osm|amenity');
  await tag.press('Enter');
  await page.waitForFunction(() => document.querySelector('[data-testid=filter-state]').textContent === '');
  assert.equal(await page.getByTestId('filter-open').getAttribute('aria-label'), 'Filters: 1');
  await clean(opened);
});

test('a link of a Panoramax viewer shows what it shows there', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  const asked = tiles(page, 'gps_accuracy=2');
  await page.goto(`${given.url}/${HERE}&date_from=2000-01-01&date_to=2001-01-01&gps=4,5&theme=age`);
  const query = new URL((await asked).url()).searchParams;
  assert.equal(query.get('datetime'), '2000-01-01/2001-01-01');
  await state(page).getByText('Nothing here fits the filters.').waitFor();
  await page.getByTestId('legend').getByText('Less than a year').waitFor();
  await page.goto(`${given.url}/#focus=map&map=2/20/0&camera=gopro`);
  await state(page).getByText('Zoom in to see what fits the filters.').waitFor();
  // Back to what the map showed before.
  await page.goBack();
  await address(page, 'date_from=2000-01-01');
  await state(page).getByText('Nothing here fits the filters.').waitFor();
  assert.equal(await page.getByTestId('filter-from').inputValue(), '2000-01-01');
  await clean(opened);
});

test('everything goes by keyboard', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await page.goto(`${given.url}/${HERE}`);
  await untilMap(page);
  await page.keyboard.press('f');
  const focus = () => page.evaluate(() => document.activeElement?.dataset.testid);
  assert.equal(await focus(), 'filter-from');
  await tabTo(page, 'filter-type');
  const asked = tiles(page, 'type=flat');
  await page.keyboard.press('ArrowDown');
  await asked;
  await tabTo(page, 'filter-clear');
  await page.keyboard.press('Enter');
  assert.equal(await focus(), 'filter-from', 'not lost with the button that is switched off');
  assert.equal(await page.getByTestId('filter-type').inputValue(), '');
  await page.keyboard.press('Escape');
  await page.getByTestId('filters').waitFor({ state: 'hidden' });
  assert.equal(await focus(), 'filter-open');
  await page.keyboard.press('?');
  await page.getByText('Choose what the map shows, and its colours').waitFor();
  await clean(opened);
});

test('the key brings filters that are open to view where the picture covers them', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await page.goto(`${given.url}/${HERE}&pic=${flat.id}`);
  await untilMap(page);
  await untilShown(page, flat.id);
  const panel = page.getByTestId('filters');
  await page.keyboard.press('f');
  await panel.waitFor();
  await page.getByTestId('swap').click();
  await panel.waitFor({ state: 'hidden' });
  await page.keyboard.press('f');
  await panel.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.testid), 'filter-from');
  // Where it is seen, the key still closes it.
  await page.getByTestId('filter-open').evaluate(() => document.activeElement.blur());
  await page.keyboard.press('f');
  await panel.waitFor({ state: 'hidden' });
  await clean(opened);
});
