// Every page for who neither sees it nor uses a mouse: what keys come to, and what a screen reader is told of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { untilShown } from '../blurring.mjs';
import { DESKTOP, given, launch, openPage, signIn, untilMap } from '../browser.mjs';
import { clean, openPicture } from '../reporting.mjs';
import { assertStructured, walkByKeys } from '../told.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const [{ collection, id }] = given.walk;

/** The pages, and what is on them when they are complete. */
const PAGES = {
  '/upload': '[data-testid=upload-input]',
  '/account': '[data-testid=account-transfers], #account-transfers',
  '/account/excluded-areas': '.maplibregl-canvas',
  '/excluded-areas': '.maplibregl-canvas',
  '/pictures': 'input[type=checkbox]',
  [`/pictures/correct?sequences=${collection}`]: '.maplibregl-canvas',
  '/data': 'h1',
  '/statistics': 'h1',
  '/reports': 'h1',
  '/pages': 'h1',
  '/no-such-page': 'h1',
};

test('strangers sign in by keys', async () => {
  const opened = await openPage(browser, DESKTOP, { expected: [/status of 404/] });
  const { page } = opened;
  await page.goto(`${given.url}/sign-in`);
  await page.locator('h1').waitFor();
  await assertStructured(page, '/sign-in');
  await walkByKeys(page, '/sign-in');
  await clean(opened);
});

for (const [path, complete] of Object.entries(PAGES)) {
  test(`${path.replace(collection, '…')} is worked by keys, and told`, async () => {
    const opened = await openPage(browser, DESKTOP, { expected: [/status of 404/] });
    const { page } = opened;
    await signIn(page);
    await page.goto(`${given.url}${path}`);
    await page.locator(complete).first().waitFor({ state: 'attached' });
    await page.waitForLoadState('networkidle');
    const lines = await assertStructured(page, path);
    assert.equal(lines.filter((line) => /^- heading .*\[level=1\]/.test(line)).length, 1, `${path}: one title`);
    await walkByKeys(page, path);
    await clean(opened);
  });
}

test('the map and a picture are worked by keys, and told', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await signIn(page);
  await page.goto(given.url);
  await untilMap(page);
  await assertStructured(page, 'the map');
  await walkByKeys(page, 'the map');

  await openPicture(page, id);
  await assertStructured(page, 'a picture');
  await walkByKeys(page, 'a picture');
  await page.locator('#content').focus();
  const said = () =>
    page.locator('[aria-live], [role=status]').evaluateAll((regions) => regions.map(({ textContent }) => textContent).join(' '));
  const before = await said();
  await page.keyboard.press('PageUp');
  await untilShown(page, given.walk[1].id);
  const after = await said();
  assert.notEqual(after, before);
  assert.match(after, /12:00:02.*admin/, 'when the picture was taken that one goes to, and by whom');
  await clean(opened);
});
