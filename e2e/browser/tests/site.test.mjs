// Flaneur's own site, used as a visitor and as a contributor do.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { DESKTOP, PATIENCE, PHONE, given, launch, load, lookAt, openPage, screenshot, signIn, untilMap } from '../browser.mjs';
import { clean, fits, tabTo } from '../reporting.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** The id of the picture that is seen. */
const shown = (page) => page.evaluate(() => document.documentElement.dataset.picture ?? null);

const untilShown = (page, id) =>
  page.waitForFunction((wanted) => document.documentElement.dataset.picture === wanted, id, { timeout: PATIENCE });

/** Whether the canvas that shows the map, or a picture, has more than one colour. */
async function isDrawn(page, testId) {
  const png = await page.getByTestId(testId).screenshot();
  // An even area compresses to next to nothing.
  return png.length > 3000;
}

for (const device of [DESKTOP, PHONE]) {
  describe(`on a ${device.name}`, () => {
    test('a visitor sees where pictures are', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      await page.goto(given.url);
      await untilMap(page);
      assert.ok(await isDrawn(page, 'map'), 'the map is drawn');
      await screenshot(page, `${device.name}-coverage`);
      await clean(opened);
    });

    test('a visitor opens a picture on the map and walks on', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      const [first, second, third] = given.walk;
      await page.goto(`${given.url}/#focus=map&map=19/${first.lat}/${first.lon}`);
      await untilMap(page);
      const map = await page.getByTestId('map').boundingBox();
      const middle = [map.x + map.width / 2, map.y + map.height / 2];
      await (device.hasTouch ? page.touchscreen.tap(...middle) : page.mouse.click(...middle));
      await untilShown(page, first.id);
      assert.ok(await isDrawn(page, 'picture'), 'the picture is drawn');

      await page.goto(`${given.url}/#focus=pic&pic=${first.id}`);
      await untilShown(page, first.id);
      await page.getByTestId('pic-next').click();
      await untilShown(page, second.id);
      await page.keyboard.press('PageUp');
      await untilShown(page, third.id);
      await page.getByTestId('pic-prev').click();
      await untilShown(page, second.id);
      await screenshot(page, `${device.name}-picture`);

      await page.waitForFunction((id) => location.hash.includes(id), second.id);
      const permalink = page.url();
      await page.reload();
      await untilShown(page, second.id);
      await load(page, permalink);
      await untilShown(page, second.id);
      await clean(opened);
    });

    test('a visitor looks around in a panorama', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      const panorama = given.walk.at(-1);
      await page.goto(`${given.url}/#focus=pic&pic=${panorama.id}`);
      await untilShown(page, panorama.id);
      const before = await page.getByTestId('picture').screenshot();
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(() => /xyz=(?!0\/)/.test(location.hash), null, { timeout: PATIENCE });
      assert.notDeepEqual(await page.getByTestId('picture').screenshot(), before, 'the view turned');
      await screenshot(page, `${device.name}-panorama`);
      await clean(opened);
    });

    test('a researcher finds what to take along, by keyboard', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      await page.goto(`${given.url}/upload`);
      await page.locator('.menu > summary').focus();
      await page.keyboard.press('Enter');
      await tabTo(page, 'menu-data');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${given.url}/data`);
      // The files are written a moment after the first pictures are public.
      const facts = page.getByTestId('data-facts');
      await facts.waitFor();
      assert.equal(await page.locator('h1').textContent(), 'Open data');
      for (let tries = 0; !/\d pictures? in \d files?/.test(await facts.textContent()); tries += 1) {
        assert.ok(tries < 60, await facts.textContent());
        await page.waitForTimeout(1000);
        await page.reload();
        await facts.waitFor();
      }
      await tabTo(page, 'data-table-value-copy');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelector('[data-testid=data-table-value-copied]').textContent !== '');
      const command = await page.getByTestId('data-fetch-value').inputValue();
      assert.match(command, new RegExp(`^flaneur fetch ${given.url} --into pictures --bbox=[-.,0-9]+$`));
      await page.getByTestId('data-list').locator('summary').focus();
      await page.keyboard.press('Enter');
      const file = await page.getByTestId('data-list').locator('a').first().getAttribute('href');
      const head = await page.request.get(file, { headers: { range: 'bytes=0-3' } });
      assert.equal(await head.text(), 'PAR1');
      await fits(page, device);
      await lookAt(page, device, 'data');
      await clean(opened);
    });

    test('how much there is stands in figures, and leads to the map', async () => {
      const opened = await openPage(browser, device, { expected: [/status of 404/] });
      const { page } = opened;
      await page.goto(`${given.url}/upload`);
      await page.locator('.menu > summary').focus();
      await page.keyboard.press('Enter');
      await tabTo(page, 'menu-statistics');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${given.url}/statistics`);
      const pictures = page.getByTestId('statistics-pictures');
      await pictures.waitFor();
      // What this browser's tests send meanwhile is in it, or not yet.
      assert.ok(Number(await pictures.locator('strong').textContent()) >= given.walk.length);
      assert.equal(await page.getByTestId('statistics-years').locator('tbody th').first().textContent(), '2024');
      await page.getByTestId('statistics-by-month').focus();
      await page.keyboard.press('Enter');
      assert.equal(await page.getByTestId('statistics-months').locator('tbody th').first().textContent(), 'May 2024');
      await fits(page, device);
      await lookAt(page, device, 'statistics');
      const users = await page.request.get(`${given.url}/api/users`);
      const [{ id, name }] = (await users.json()).users;
      await page.goto(`${given.url}/statistics?users=${id}`);
      await page.getByRole('heading', { level: 1, name: `What ${name} has shown` }).waitFor();
      await tabTo(page, 'statistics-map');
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.hash.includes(id));
      await untilMap(page);
      await page.goto(`${given.url}/statistics?users=00000000-0000-0000-0000-000000000000`);
      await page.getByRole('alert').getByText('not known here').waitFor();
      await clean(opened);
    });

    test('a contributor signs in, uploads, and walks to the picture', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      const upload = given.uploads.find(({ name }) => name.startsWith(device.name));
      await signIn(page);
      await page.goto(`${given.url}/upload`);
      await page.getByTestId('account-name').waitFor({ state: 'attached' });
      await page.waitForFunction(() => document.querySelector('[data-testid=account-name]').textContent !== '');
      await page.getByTestId('upload-input').setInputFiles(upload.path);
      await page.getByTestId('upload-row').first().waitFor();
      await page.getByTestId('upload-start').click();
      const done = page.getByTestId('upload-done-link').first();
      await done.waitFor({ timeout: 2 * PATIENCE });
      const outcome = await page.getByTestId('upload-outcome').first().textContent();
      assert.ok(outcome.trim().length > 0, 'the row says what became of the file');
      await screenshot(page, `${device.name}-upload`);
      await done.click();
      await page.waitForFunction(() => document.documentElement.dataset.picture !== undefined, null, { timeout: PATIENCE });
      const id = await shown(page);
      assert.ok(!given.walk.some((item) => item.id === id), 'the picture is the new one');
      const item = await (await fetch(`${given.url}/api/search?ids=${id}`)).json();
      assert.equal(item.features[0].properties['original_file:name'], upload.name);
      await clean(opened);
    });
  });
}

test('a wrong token is refused with a sentence', async () => {
  const opened = await openPage(browser, DESKTOP, { expected: [/status of 40[013]/] });
  const { page } = opened;
  await page.goto(`${given.url}/sign-in`);
  await page.getByTestId('sign-in-token').fill('not.a.token');
  await page.getByTestId('sign-in-submit').click();
  await page.getByRole('alert').first().waitFor();
  assert.ok((await page.getByRole('alert').first().textContent()).trim().length > 15);
  await clean(opened);
});

test('an address that leads nowhere says so, with a way back', async () => {
  const opened = await openPage(browser, DESKTOP, { expected: [/status of 404/] });
  const { page } = opened;
  await page.goto(`${given.url}/nowhere`);
  await page.locator('a[href="/"]').first().waitFor();
  await page.goto(`${given.url}/#focus=pic&pic=00000000-0000-4000-8000-000000000000`);
  await page.reload();
  await page.getByRole('alert').or(page.getByRole('status')).first().waitFor();
  await clean(opened);
});
