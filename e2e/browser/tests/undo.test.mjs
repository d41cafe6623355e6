// False alarms on the site: asking for one to be undone, and being told where nothing can be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openOwn } from '../blurring.mjs';
import { DESKTOP, PATIENCE, PHONE, given, launch, openPage, screenshot, untilQuiet } from '../browser.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function openDialog(opened, id, how) {
  const { page } = opened;
  await openOwn(page, id);
  await page.getByTestId('blur-open').click();
  await page.getByTestId('blur-bar').waitFor();
  await how(page);
  await page.getByTestId('wrong').waitFor();
}

const byButton = (page) => page.getByTestId('blur-wrong').click();

/** Clicks on the outline of what is blurred, once it stays where it is: it is drawn anew while the picture finds its place. */
async function byOutline(page) {
  await untilQuiet(page);
  const middle = () =>
    page.evaluate(() => {
      const outline = document.querySelector('.blur-outline')?.getBoundingClientRect();
      return outline === undefined ? null : [outline.x + outline.width / 2, outline.y + outline.height / 2];
    });
  let [before, now] = [null, await middle()];
  for (const until = Date.now() + PATIENCE; Date.now() < until && (now === null || String(now) !== String(before)); ) {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    [before, now] = [now, await middle()];
  }
  await page.mouse.click(...now);
}

async function clean({ context, troubles, foreign }) {
  await context.close();
  assert.deepEqual([...foreign], [], 'asks no other host');
  assert.deepEqual(troubles, [], 'nothing goes wrong in the browser');
}

for (const [device, how] of [[DESKTOP, byOutline], [PHONE, byButton]]) {
  // Whoever comes second finds that it was asked for.
  test(`asking, on a ${device.name}`, { skip: given.blur.undo === undefined }, async () => {
    const opened = await openPage(browser, device);
    const { page } = opened;
    await openDialog(opened, given.blur.undo, how);
    assert.equal(await page.getByTestId('wrong-entry').count(), 1);
    const state = page.getByTestId('wrong-state');
    if (device === DESKTOP) {
      await screenshot(page, 'desktop-undo-asking');
      await page.getByTestId('wrong-reason').fill('it is a wall');
      await page.getByTestId('wrong-send').click();
      await page.getByTestId('wrong-reason').waitFor({ state: 'detached' });
    }
    assert.match(await state.textContent(), /key decides/);
    assert.equal(await page.getByTestId('wrong-open').count(), 0, 'it is asked for once');
    await screenshot(page, `${device.name}-undo-asked`);
    // Escape closes the dialog first, then the mode.
    await page.keyboard.press('Escape');
    await page.getByTestId('wrong').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByTestId('blur-bar').waitFor({ state: 'detached' });
    await clean(opened);
  });
}

test('where nothing is blurred', { skip: given.blur.nothing === undefined }, async () => {
  const opened = await openPage(browser, DESKTOP);
  await openDialog(opened, given.blur.nothing, byButton);
  assert.match(await opened.page.getByTestId('wrong').textContent(), /Nothing is blurred/);
  await clean(opened);
});

test('where nothing was kept', { skip: given.blur.gone === undefined }, async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await openDialog(opened, given.blur.gone, byOutline);
  assert.match(await page.getByTestId('wrong').textContent(), /was not kept/);
  assert.equal(await page.getByTestId('wrong-open').count(), 0);
  await screenshot(page, 'desktop-undo-gone');
  await clean(opened);
});

test('where a request was turned down', { skip: given.blur.rejected === undefined }, async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await openDialog(opened, given.blur.rejected, byOutline);
  assert.match(await page.getByTestId('wrong-state').textContent(), /turned down: it might be a face/);
  assert.equal(await page.getByTestId('wrong-open').count(), 1, 'it may be asked again');
  await screenshot(page, 'desktop-undo-rejected');
  await clean(opened);
});
