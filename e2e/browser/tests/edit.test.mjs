// Correcting and tagging on the site, with the mouse and by keyboard alone; looking at the history, and undoing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { untilShown } from '../blurring.mjs';
import { DESKTOP, PHONE, given, launch, openPage, screenshot, signIn } from '../browser.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function open(page, id) {
  await page.goto(`${given.url}/#focus=pic&pic=${id}`);
  await untilShown(page, id);
}

async function item(page, id) {
  const answer = await page.request.get(`${given.url}/api/pictures/${id}`);
  return (await answer.json()).properties;
}

async function clean({ context, troubles, foreign }) {
  await context.close();
  assert.deepEqual([...foreign], [], 'asks no other host');
  assert.deepEqual(troubles, [], 'nothing goes wrong in the browser');
}

test('whoever is not signed in has no button, and is told by the key', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await open(page, given.walk[0].id);
  assert.equal(await page.getByTestId('edit-open').isVisible(), false);
  await page.keyboard.press('e');
  await page.getByText('Sign in to correct and tag pictures.').waitFor();
  assert.equal(await page.getByTestId('edit').count(), 0);
  await clean(opened);
});

for (const [device, which] of [[DESKTOP, 1], [PHONE, 2]]) {
  test(`a picture is turned, tagged and put back, on a ${device.name}`, async () => {
    // A tag that is there already is refused: browsers log that.
    const opened = await openPage(browser, device, { expected: [/status of 400/] });
    const { page } = opened;
    const { id } = given.walk[which];
    await signIn(page);
    await open(page, id);
    const before = await item(page, id);
    if (device === PHONE) await page.getByTestId('drawer').click();
    await page.getByTestId('edit-open').click();
    const dialog = page.getByTestId('edit');
    await dialog.getByText('Nothing was changed yet.').waitFor();
    const sequence = await page.getByTestId('edit-sequence').getAttribute('href');
    assert.equal(sequence, `/pictures/correct?sequences=${given.walk[which].collection}`);
    await screenshot(page, `${device.name}-edit-empty`);

    await page.getByTestId('edit-heading').fill('123.5');
    await page.getByTestId('edit-save').click();
    await page.getByText('Saved. The files follow in a moment.').waitFor();
    await page.getByTestId('past').getByText(/Direction: .* became 123\.5\./).waitFor();
    await page.getByTestId('edit-save').click();
    await page.getByText('Nothing is different.').waitFor();

    const tag = async () => {
      await page.getByTestId('tag-key').fill('osm|amenity');
      await page.getByTestId('tag-value').fill('<b>bench</b>');
      await page.getByTestId('tag-add').click();
    };
    await tag();
    await page.getByTestId('tags').getByText('<b>bench</b>').waitFor();
    await tag();
    await page.getByTestId('edit-trouble').getByText(/duplicates/).waitFor();
    await screenshot(page, `${device.name}-edit`);
    assert.equal(await dialog.evaluate((each) => each.scrollWidth <= each.clientWidth), true, 'fits across');
    const changed = await item(page, id);
    assert.deepEqual([changed['view:azimuth'], changed.semantics.length], [123.5, 1]);

    await page.getByTestId('past-undo').last().click();
    await page.getByText('Undone.', { exact: true }).waitFor();
    await page.getByTestId('tags').getByRole('button').click();
    await page.getByText(/No tags yet/).waitFor();
    const after = await item(page, id);
    assert.deepEqual([after['view:azimuth'], after.semantics], [before['view:azimuth'], []]);
    assert.equal(await page.getByTestId('edit-heading').inputValue(), String(Math.round(before['view:azimuth'] * 100) / 100));
    await clean(opened);
  });
}

test('what is asked for while an answer is on its way does not get lost in it', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  const { id } = given.walk[3];
  await signIn(page);
  await open(page, id);
  await page.getByTestId('edit-open').click();
  await page.getByTestId('edit-heading').fill('77');
  await page.getByTestId('edit-save').click();
  await page.getByTestId('past').getByText(/Direction: .* became 77\./).waitFor();
  await page.getByTestId('tag-key').fill('surface');
  await page.getByTestId('tag-value').fill('gravel');
  await page.getByTestId('tag-add').click();
  await page.getByTestId('past').getByText('Tags: nothing became surface=gravel.').waitFor();

  // The picture as it is after the direction was put back, which still has the tag, comes late.
  let [letGo, came] = [null, null];
  const [released, answered] = [new Promise((resolve) => (letGo = resolve)), new Promise((resolve) => (came = resolve))];
  await page.route(`**/api/pictures/${id}`, async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch();
    came();
    await released;
    return route.fulfill({ response });
  });
  await page.getByTestId('past-undo').last().click();
  await answered;
  const sent = page.waitForResponse((response) => response.request().method() === 'PATCH');
  await page.getByTestId('tags').getByRole('button').click();
  await Promise.race([sent, page.waitForTimeout(1000)]);
  letGo();
  await sent;
  await page.getByText('Undone.', { exact: true }).waitFor();
  await page.getByTestId('past').getByText('Tags: surface=gravel became nothing.').waitFor();
  await page.getByText(/No tags yet/).waitFor();
  assert.equal(await page.getByTestId('tags').getByRole('button').count(), 0);
  await page.unrouteAll();
  await clean(opened);
});

test('everything goes by keyboard', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  const { id } = given.walk[4];
  await signIn(page);
  await open(page, id);
  await page.getByTestId('edit-open').waitFor({ state: 'visible' });
  await page.keyboard.press('e');
  await page.getByTestId('edit').waitFor();
  const focus = () => page.evaluate(() => document.activeElement?.dataset.testid ?? document.activeElement?.tagName);
  const tabTo = async (wanted) => {
    for (let presses = 0; presses < 20; presses += 1) {
      if ((await focus()) === wanted) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`${wanted} is not reached, but ${await focus()}`);
  };
  await tabTo('edit-look');
  await page.keyboard.press('Enter');
  assert.equal(await focus(), 'edit-heading', 'where the direction stands now');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('200');
  await tabTo('edit-visibility');
  await page.keyboard.press('ArrowDown');
  await tabTo('edit-save');
  await page.keyboard.press('Enter');
  await page.getByTestId('past').getByText('Who sees it: anyone became logged-only.').waitFor();
  await tabTo('tag-key');
  await page.keyboard.type('surface');
  await page.keyboard.press('Tab');
  await page.keyboard.type('asphalt');
  await page.keyboard.press('Enter');
  await page.getByTestId('tags').getByText('asphalt').waitFor();
  assert.equal(await focus(), 'tag-key', 'ready for the next one');
  const changed = await item(page, id);
  assert.deepEqual([changed['view:azimuth'], changed['geovisio:visibility']], [200, 'logged-only']);
  await page.keyboard.press('Escape');
  await page.getByTestId('edit').waitFor({ state: 'detached' });
  await clean(opened);
});
