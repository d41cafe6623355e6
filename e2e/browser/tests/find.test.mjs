// Places found by coordinates and by name: by mouse and by keyboard, and what is said where there are none.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { DESKTOP, PHONE, given, launch, lookAt, openPage, untilMap } from '../browser.mjs';
import { clean, fits } from '../reporting.mjs';

const [flat] = given.walk;
/** Where the server was told to have places looked for. */
const SERVICE = 'places.example.org';

let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

/** Waits until the map is at a place; coordinates in the address are rounded. */
const at = (page, lat, lon, zoom) =>
  page.waitForURL((url) => {
    const position = new URLSearchParams(url.hash.slice(1)).get('map')?.split('/').map(Number) ?? [];
    const near = (a, b) => Math.abs(a - b) < 1e-4;
    return near(position[1], lat) && near(position[2], lon) && (zoom === undefined || near(position[0], zoom));
  });

/** Two towns of one name, as Nominatim tells of them. */
const TOWNS = [
  { display_name: 'Villeneuve, Ain, France', lat: '46.0216', lon: '4.8363', boundingbox: ['46.00', '46.04', '4.80', '4.87'], licence: 'Data © OpenStreetMap contributors' },
  { display_name: 'Villeneuve, Aveyron, France', lat: '44.4381', lon: '2.0325', boundingbox: ['44.40', '44.48', '1.98', '2.09'] },
];

/** A page whose questions after places are answered by `reply`, with what was asked. */
async function openMap(device, reply, expected = []) {
  const opened = await openPage(browser, device, { hosts: [new URL(given.url).host, SERVICE], expected });
  const { page } = opened;
  const asked = [];
  await page.route(`http://${SERVICE}/**`, async (route) => {
    const url = new URL(route.request().url());
    asked.push(url.searchParams.get('q'));
    const { status = 200, json = [] } = reply(url);
    await route.fulfill({ status, json, headers: { 'Access-Control-Allow-Origin': '*' } });
  });
  await page.goto(`${given.url}/#focus=map&map=16/${flat.lat}/${flat.lon}`);
  await untilMap(page);
  return { ...opened, asked };
}

for (const device of [DESKTOP, PHONE]) {
  describe(`on a ${device.name}`, () => {
    test('a place is found by its name', async () => {
      const opened = await openMap(device, (url) => ({ json: url.searchParams.get('q') === 'Villeneuve' ? TOWNS : [] }));
      const { page, asked } = opened;
      const field = page.getByTestId('finder');
      await field.fill('Villeneuve');
      assert.deepEqual(asked, [], 'nobody is asked before the name is complete');
      await page.getByTestId('finder-go').click();
      const found = page.getByTestId('finder-found').getByRole('button');
      await found.first().waitFor();
      assert.deepEqual(await found.allTextContents(), TOWNS.map((town) => town.display_name));
      await page.getByText('Data © OpenStreetMap contributors').waitFor();
      await fits(page, device);
      await lookAt(page, device, 'finder');
      await found.nth(1).click();
      await at(page, 44.44, 2.035);
      await page.locator('.found').waitFor();
      assert.equal(await found.count(), 0, 'the list is gone');
      assert.equal(await field.inputValue(), TOWNS[1].display_name);

      await field.fill('nowhere at all');
      await field.press('Enter');
      await page.getByText('No place called “nowhere at all” was found.').waitFor();
      await lookAt(page, device, 'finder-nothing');
      await field.fill('');
      assert.equal(await page.locator('.found').count(), 0, 'and so is the mark');
      assert.deepEqual(asked, ['Villeneuve', 'nowhere at all']);
      await clean(opened);
    });
  });
}

test('by keyboard alone, from a picture, with arrows', async () => {
  const opened = await openMap(DESKTOP, () => ({ json: TOWNS }));
  const { page } = opened;
  await page.goto(`${given.url}/#focus=pic&pic=${flat.id}`);
  await page.waitForFunction((id) => document.documentElement.dataset.picture === id, flat.id);
  await page.keyboard.press('/');
  await page.keyboard.type('Villeneuve');
  await page.keyboard.press('Enter');
  const found = page.getByTestId('finder-found').getByRole('button');
  await found.first().waitFor();
  await lookAt(page, DESKTOP, 'finder-picture');
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  assert.equal(await focused(), TOWNS[0].display_name);
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), TOWNS[1].display_name);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'finder');
  await page.keyboard.press('Escape');
  assert.equal(await found.count(), 0);
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'CANVAS', 'the map goes on');
  await clean(opened);
});

test('coordinates are found without asking anybody', async () => {
  const opened = await openMap(DESKTOP, () => ({ json: TOWNS }));
  const { page, asked } = opened;
  const field = page.getByTestId('finder');
  for (const [text, lat, lon] of [['48.85, 2.35', 48.85, 2.35], ['33°54′S 70°30′W', -33.9, -70.5]]) {
    await field.fill(text);
    await field.press('Enter');
    await at(page, lat, lon, 17);
  }
  assert.deepEqual(asked, []);
  await clean(opened);
});

test('it is said when the service does not answer, and when there is none', async () => {
  const opened = await openMap(DESKTOP, () => ({ status: 503 }), [/503/]);
  const { page, asked } = opened;
  const field = page.getByTestId('finder');
  await field.fill('Villeneuve');
  await field.press('Enter');
  await page.getByText('The service that finds places does not answer. Try again later.').waitFor();

  await page.route('**/api/configuration', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), 'flaneur:geocoder': null } });
  });
  await page.reload();
  await untilMap(page);
  assert.equal(await field.getAttribute('placeholder'), 'Coordinates: 48.85, 2.35');
  await field.fill('Villeneuve');
  await field.press('Enter');
  await page.getByText('This site finds coordinates only, such as 48.85, 2.35.').waitFor();
  assert.deepEqual(asked, ['Villeneuve']);
  await clean(opened);
});
