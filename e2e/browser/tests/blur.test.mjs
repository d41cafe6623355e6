// Blurring something on the site: with a mouse, with a finger, and with the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { boxOn, markOn, openOwn, settledMark, untilBlurred, untilShown } from '../blurring.mjs';
import { DESKTOP, PATIENCE, PHONE, given, launch, openPage, screenshot } from '../browser.mjs';
import { drag, swipe } from '../pointing.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function clean({ context, troubles, foreign }) {
  await context.close();
  assert.deepEqual([...foreign], [], 'asks no other host');
  assert.deepEqual(troubles, [], 'nothing goes wrong in the browser');
}

async function untilUnmarked(page) {
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    if ((await markOn(page)) === null) return;
  }
  assert.fail('the picture from before is still shown');
}

test('with a mouse, on a flat picture', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await openOwn(page, given.blur.mouse);
  await page.getByTestId('blur-open').click();
  await page.getByTestId('blur-bar').waitFor();
  assert.ok(await page.getByTestId('blur-send').isDisabled(), 'nothing is drawn yet');
  const mark = await settledMark(page);

  // A first one is drawn and removed; a second one too small, then moved and made larger.
  await drag(page, [mark.right + 60, mark.top], [mark.right + 120, mark.bottom]);
  await page.getByTestId('blur-box').waitFor();
  await page.getByTestId('blur-remove').click();
  await page.getByTestId('blur-box').waitFor({ state: 'detached' });
  const [width, height] = [mark.right - mark.left, mark.bottom - mark.top];
  await drag(page, [mark.left + 30, mark.top + 30], [mark.left + 30 + width / 2, mark.top + 30 + height / 2]);
  await drag(page, [mark.left + 30 + width / 4, mark.top + 30 + height / 4], [mark.left + width / 4, mark.top + height / 4]);
  await drag(page, [mark.left + width / 2, mark.top + height / 2], [mark.right, mark.bottom]);
  const box = await boxOn(page);
  for (const side of ['left', 'top', 'right', 'bottom']) {
    assert.ok(Math.abs(box[side] - mark[side]) <= 1, `${side}: ${box[side]} is not ${mark[side]}`);
  }
  await screenshot(page, 'desktop-blur-drawn');
  await page.getByTestId('blur-send').click();
  await untilBlurred(page);
  await untilUnmarked(page);
  await screenshot(page, 'desktop-blur-done');

  // The same page, another way to the picture: the full file as well.
  await page.keyboard.press('Escape');
  await page.reload();
  await untilShown(page, given.blur.mouse);
  await untilUnmarked(page);
  await clean(opened);
});

test('with a finger, on a panorama, across its edge', async () => {
  const opened = await openPage(browser, PHONE);
  const { page } = opened;
  const item = await (await fetch(`${given.url}/api/pictures/${given.blur.finger}`)).json();
  const heading = (item.properties['view:azimuth'] + 180) % 360;
  await openOwn(page, given.blur.finger, `${heading}/20/40`);
  await page.getByTestId('blur-open').tap();
  await page.getByTestId('blur-bar').waitFor();
  const mark = await settledMark(page);
  await swipe(page, [mark.left, mark.top], [mark.right, mark.bottom]);
  await page.getByTestId('blur-box').waitFor();

  // The picture can be turned meanwhile: the box stays where it lies.
  const { left } = await boxOn(page);
  await page.getByTestId('blur-look').tap();
  // On a machine that is busy enough a swipe may be taken for a long press, as anybody's; who sees nothing turn swipes again.
  const turned = () => page.evaluate((x) => document.querySelector('.blur-box polygon').getBBox().x < x - 20, left);
  for (const until = Date.now() + PATIENCE; Date.now() < until && !(await turned()); ) {
    await swipe(page, [mark.left + 250, mark.top + 250], [mark.left + 170, mark.top + 250]);
  }
  assert.ok(await turned(), 'the picture turns, and the box with it');
  await screenshot(page, 'phone-blur-drawn');
  await page.getByTestId('blur-send').tap();
  await untilBlurred(page);
  await untilUnmarked(page);
  await screenshot(page, 'phone-blur-done');
  await clean(opened);
});

test('with the keyboard alone', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await openOwn(page, given.blur.keyboard);
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await screenshot(page, 'desktop-help');
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await page.getByTestId('blur-bar').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('blur-bar').waitFor({ state: 'detached' });
  await page.keyboard.press('b');
  await page.getByTestId('blur-bar').waitFor();
  const mark = await settledMark(page);
  await page.keyboard.press('b');
  await page.keyboard.press('b');
  assert.equal(await page.getByTestId('blur-box').count(), 2);
  await page.keyboard.press('Delete');
  assert.equal(await page.getByTestId('blur-box').count(), 1);
  // Each press is a step of 8 pixels.
  const press = async (key, done) => {
    for (let presses = 0; presses < 200 && !done(await boxOn(page)); presses += 1) await page.keyboard.press(key);
    assert.ok(done(await boxOn(page)), key);
  };
  await press('ArrowLeft', (box) => box.left <= mark.left);
  await press('ArrowUp', (box) => box.top <= mark.top);
  await press('ArrowRight', (box) => box.left > mark.left - 8);
  await press('ArrowDown', (box) => box.top > mark.top - 8);
  await press('Shift+ArrowLeft', (box) => box.right <= mark.right + 8);
  await press('Shift+ArrowRight', (box) => box.right >= mark.right);
  await press('Shift+ArrowUp', (box) => box.bottom <= mark.bottom + 8);
  await press('Shift+ArrowDown', (box) => box.bottom >= mark.bottom);
  assert.deepEqual(await page.evaluate(() => document.documentElement.dataset.picture), given.blur.keyboard);
  await page.keyboard.press('Enter');
  await untilBlurred(page);
  await untilUnmarked(page);
  await clean(opened);
});

test('a stranger is not offered to, and is told why', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await page.goto(`${given.url}/#focus=pic&pic=${given.blur.mouse}`);
  await untilShown(page, given.blur.mouse);
  await page.keyboard.press('b');
  await page.locator('.toast').first().waitFor();
  assert.ok(await page.getByTestId('blur-open').isHidden());
  assert.equal(await page.getByTestId('blur-bar').count(), 0);
  await clean(opened);
});
