// Walking: along a street, to its ends, where the road is clicked, by itself; without a moment in which nothing is seen.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { untilShown } from '../blurring.mjs';
import { DESKTOP, PATIENCE, PHONE, given, launch, load, lookAt, openPage, screenshot, untilQuiet } from '../browser.mjs';
import { blankParts, framesOf } from '../frames.mjs';
import { drag } from '../pointing.mjs';
import { clean, fits, openPicture, tabTo } from '../reporting.mjs';

const { street, photos, large } = given.streets;

/** How high eyes are above the road, and how far apart the pictures were taken, metres. */
const EYES = 2;
const STEP = 6;

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Opens a picture of the street with a look to the north, and answers where on the page it is. */
async function lookNorth(page, id, zoom = 0) {
  await load(page, `${given.url}/#focus=pic&pic=${id}&xyz=0/0/${zoom}`);
  await untilShown(page, id);
  await untilQuiet(page);
  return page.getByTestId('picture').boundingBox();
}

/** Where the road is seen so many metres ahead in a panorama that is looked at with zoom 0: its view is 100° high. */
function roadIn(box, metres) {
  const focal = box.height / 2 / Math.tan((50 * Math.PI) / 180);
  return [box.x + box.width / 2, box.y + box.height / 2 + (focal * EYES) / metres];
}

const announced = (page, text) => page.locator('.toast', { hasText: text }).waitFor();

/** Waits until the address tells of a look to the north at a picture. */
const looksNorth = (page, id) =>
  page.waitForFunction((wanted) => location.hash.includes(wanted) && /xyz=(0|360|0\.0\d*|359\.9\d*)\//.test(location.hash), id);

describe('with a mouse', () => {
  test('the road is clicked where one wants to be', async () => {
    const opened = await openPage(browser, DESKTOP);
    const { page } = opened;
    const box = await lookNorth(page, street[5]);
    await page.mouse.move(...roadIn(box, 3 * STEP));
    const mark = page.getByTestId('ground-mark');
    await mark.waitFor({ state: 'visible' });
    await screenshot(page, 'walk-ground');
    const far = await mark.boundingBox();
    await page.mouse.move(...roadIn(box, 4));
    const near = await mark.boundingBox();
    assert.ok(near.width > 2 * far.width, `${near.width} and ${far.width} px: the mark lies on the road`);
    assert.ok(near.height / near.width > far.height / far.width);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 4);
    await mark.waitFor({ state: 'hidden' });

    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 4);
    await page.mouse.click(...roadIn(box, 3 * STEP));
    await untilShown(page, street[8]);
    await looksNorth(page, street[8]);
    await page.goBack();
    await untilShown(page, street[5]);

    // To the side there is nothing, and it is said.
    await load(page, `${given.url}/#focus=pic&pic=${street[5]}&xyz=90/0/0`);
    await untilShown(page, street[5]);
    await untilQuiet(page);
    await page.mouse.click(...roadIn(box, 10));
    await announced(page, 'No picture was taken there');
    await clean(opened);
  });

  test('whoever drags only turns, and whoever clicks twice enlarges', async () => {
    const opened = await openPage(browser, DESKTOP);
    const { page } = opened;
    const box = await lookNorth(page, street[5]);
    const [x, y] = roadIn(box, 2 * STEP);
    await drag(page, [x, y], [x - 200, y]);
    await page.waitForFunction(() => !/xyz=0\//.test(location.hash));
    await untilQuiet(page);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.picture), street[5]);

    await openPicture(page, photos[0]);
    await untilQuiet(page);
    const photo = await page.getByTestId('picture').boundingBox();
    const road = [photo.x + photo.width / 2, photo.y + photo.height * 0.8];
    await page.mouse.dblclick(...road);
    await page.waitForFunction(() => !/xyz=[^/]*\/[^/]*\/0(&|$)/.test(location.hash));
    await untilQuiet(page);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.picture), photos[0]);
    await clean(opened);
  });

  test('the road of a photo is clicked, too', async () => {
    const opened = await openPage(browser, DESKTOP);
    const { page } = opened;
    await openPicture(page, photos[0]);
    await untilQuiet(page);
    const box = await page.getByTestId('picture').boundingBox();
    // It spans 70° and is as high as the stage: so many pixels before the eye.
    const focal = ((box.height * 4) / 3 / 2) / Math.tan((35 * Math.PI) / 180);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2 + (focal * EYES) / STEP);
    await untilShown(page, photos[1]);
    await clean(opened);
  });
});

test('by keyboard: to the ends, faster and slower', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await openPicture(page, street[4]);
  await page.keyboard.press('End');
  await untilShown(page, street.at(-1));
  assert.ok(await page.getByTestId('pic-last').isDisabled());
  await page.keyboard.press('Home');
  await untilShown(page, street[0]);
  assert.ok(await page.getByTestId('pic-first').isDisabled());
  await tabTo(page, 'pic-speed');
  await page.keyboard.press('Enter');
  assert.equal(await page.getByTestId('pic-speed').textContent(), '2×');
  await page.keyboard.press('.');
  assert.equal(await page.getByTestId('pic-speed').getAttribute('aria-label'), 'Speed: 4 times the usual');
  await page.keyboard.press('.');
  await announced(page, 'It does not get faster.');
  await lookAt(page, DESKTOP, 'walk-player');

  // Four times as fast, to the end of the street.
  await page.getByTestId('pic-last').focus();
  await page.keyboard.press('Enter');
  await untilShown(page, street.at(-1));
  for (let back = 2; back <= 5; back += 1) {
    await page.keyboard.press('PageDown');
    await untilShown(page, street.at(-back));
  }
  await page.getByTestId('pic-play').focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.getByTestId('pic-play').getAttribute('aria-pressed'), 'true');
  await untilShown(page, street.at(-1));
  await page.waitForFunction(() => document.querySelector('[data-testid=pic-play]').getAttribute('aria-pressed') === 'false');
  for (let slower = 0; slower < 3; slower += 1) await page.keyboard.press(',');
  assert.equal(await page.getByTestId('pic-speed').textContent(), '0.5×');
  await page.keyboard.press('?');
  await page.locator('dialog[open]').getByText('First, last picture of the sequence').waitFor();
  await clean(opened);
});

test('on a phone, in French', async () => {
  const opened = await openPage(browser, PHONE, { locale: 'fr-FR' });
  const { page } = opened;
  const box = await lookNorth(page, street[5]);
  await page.touchscreen.tap(...roadIn(box, 2 * STEP));
  await untilShown(page, street[7]);
  assert.ok(await page.getByTestId('ground-mark').isHidden(), 'a finger points to nothing before it taps');
  await page.getByTestId('drawer').tap();
  await page.getByTestId('pic-last').tap();
  await untilShown(page, street.at(-1));
  await page.getByTestId('pic-speed').tap();
  assert.equal(await page.getByTestId('pic-speed').getAttribute('aria-label'), 'Vitesse : 2 fois la normale');
  await fits(page, PHONE);
  await lookAt(page, PHONE, 'walk-drawer');
  await page.getByTestId('pic-first').tap();
  await untilShown(page, street[0]);
  await clean(opened);
});

test('a walk of twenty steps shows something at every moment', async () => {
  const opened = await openPage(browser, DESKTOP, { reducedMotion: 'no-preference' });
  const { page } = opened;
  const box = await lookNorth(page, street[0]);
  const frames = await framesOf(page, async () => {
    for (const next of street.slice(1, 21)) {
      await page.keyboard.press('PageUp');
      await untilShown(page, next);
    }
    // From a panorama to a photo and back, which are drawn by different means.
    await page.evaluate((id) => { location.hash = `focus=pic&pic=${id}`; }, photos[0]);
    await untilShown(page, photos[0]);
    await page.evaluate((id) => { location.hash = `focus=pic&pic=${id}`; }, street[20]);
    await untilShown(page, street[20]);
    await untilQuiet(page);
  });
  assert.ok(frames.length >= 40, `${frames.length} frames`);
  // A photo leaves room at both sides: its middle counts.
  const middle = { x: box.x + box.width / 3, y: box.y + box.height / 3, width: box.width / 3, height: box.height / 3 };
  const blank = await blankParts(page, frames, middle);
  assert.deepEqual(blank.filter((part) => part > 0.2), [], `of ${frames.length} frames`);
  await clean(opened);
});

test('the picture that is left goes, but for who wants nothing to move', async () => {
  for (const reducedMotion of ['no-preference', 'reduce']) {
    const opened = await openPage(browser, DESKTOP, { reducedMotion });
    const { page } = opened;
    await lookNorth(page, street[3]);
    await page.evaluate(() => {
      window.left = 0;
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) {
          for (const node of addedNodes) if (node.dataset?.testid === 'leaving') window.left += 1;
        }
      }).observe(document.querySelector('[data-testid=picture]'), { childList: true });
    });
    await page.keyboard.press('PageUp');
    await untilShown(page, street[4]);
    await page.getByTestId('leaving').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => window.left), reducedMotion === 'reduce' ? 0 : 1, reducedMotion);
    await clean(opened);
  }
});

test('of a large panorama the first pixels come after few requests and little data', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  // With everything there that shows panoramas.
  await openPicture(page, street[0]);
  await untilQuiet(page);
  // What has come at the moment that it is shown, as the page itself has it: this test may hear of that later.
  await page.evaluate((id) => {
    performance.clearResourceTimings();
    const watcher = new MutationObserver(() => {
      if (document.documentElement.dataset.picture !== id) return;
      watcher.disconnect();
      const come = performance.getEntriesByType('resource');
      window.fetched = come.map(({ name, encodedBodySize }) => ({ url: name, bytes: encodedBodySize }));
    });
    watcher.observe(document.documentElement, { attributeFilter: ['data-picture'] });
    location.hash = `focus=pic&pic=${id}`;
  }, large);
  await page.waitForFunction(() => window.fetched !== undefined, null, { timeout: PATIENCE });
  const fetched = await page.evaluate(() => window.fetched);
  const picture = fetched.filter(({ url }) => url.includes(large));
  const told = JSON.stringify(fetched);
  // What is known of it, then its smallest version; the map moves meanwhile.
  assert.ok(picture.length >= 2 && picture.length <= 3, told);
  assert.ok(picture.reduce((sum, { bytes }) => sum + bytes, 0) <= 150_000, told);
  await untilQuiet(page);
  await screenshot(page, 'walk-large');
  await clean(opened);
});
