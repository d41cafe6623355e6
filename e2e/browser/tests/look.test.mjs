// Looking at pictures on the map before they are sent: what would become of them, and a recorded track that places them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible } from '../accessible.mjs';
import { DESKTOP, PATIENCE, PHONE, given, launch, lookAt, openPage, signIn } from '../browser.mjs';
import { clean, fits, focus, tabTo } from '../reporting.mjs';

let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

const { walk, far, twice, lost, silent, track } = given.sending;
const METRES_PER_DEGREE = 111_320;

async function openUpload(device, language = 'en') {
  const opened = await openPage(browser, device);
  const { page } = opened;
  await page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  await signIn(page);
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('upload-input').waitFor({ state: 'attached' });
  return opened;
}

const choose = (page, files) => page.getByTestId('upload-input').setInputFiles(files.map(({ path }) => path));
const untilTold = (page, text) => page.getByTestId('look-told').getByText(text).waitFor();
/** The map is drawn, and in view. */
async function untilReady(page) {
  const map = page.locator('.look-frame[data-ready="true"]');
  await map.waitFor();
  await map.evaluate((each) => each.scrollIntoView({ block: 'start' }));
}

test('what would become of files is told and drawn, and what has no place is placed on a track', async () => {
  const opened = await openUpload(DESKTOP);
  const { page } = opened;
  const sent = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/upload_sets')) sent.push(request.url());
  });
  await choose(page, [...walk, far, twice, ...lost, silent]);
  await page.getByTestId('look-open').click();
  await untilReady(page);
  await untilTold(page, '2 sequences would be made of them');
  await untilTold(page, '1 picture shows nearly the same as another one');
  await untilTold(page, `2 files do not say where they were taken and would be refused: ${lost[0].name}, ${lost[1].name}.`);
  await untilTold(page, `1 file does not say when it was taken and would be refused: ${silent.name}.`);
  await accessible(page);
  await lookAt(page, DESKTOP, 'look');

  await page.getByTestId('upload-row').filter({ hasText: silent.name }).getByRole('button').click();
  await page.getByTestId('look-told').getByText('does not say when').waitFor({ state: 'detached' });
  await page.getByTestId('look-track').click();
  await page.getByTestId('track-file').setInputFiles(track.path);
  await untilTold(page, '2 pictures are placed on the track.');
  await page.getByTestId('look-told').getByText('would be refused').waitFor({ state: 'detached' });
  await page.getByTestId('track-ahead').fill('3600');
  await untilTold(page, '2 files have no place, and were not taken while the track was recorded');
  await page.getByTestId('track-ahead').fill('0');
  await untilTold(page, '2 pictures are placed on the track.');
  await accessible(page);
  await untilReady(page);
  await lookAt(page, DESKTOP, 'look-track');
  assert.deepEqual(sent, [], 'nothing is sent for it');

  await page.getByTestId('upload-start').click();
  await page.getByTestId('upload-done').waitFor({ timeout: PATIENCE });
  const headers = { Authorization: `Bearer ${given.token}` };
  const set = /upload_sets\/([^/]+)\//.exec(sent.find((url) => /upload_sets\/[^/]+\//.test(url)))[1];
  const { files } = await (await fetch(`${given.url}/api/upload_sets/${set}/files`, { headers })).json();
  assert.equal(files.length, 8);
  const { associated_collections: made } = await (await fetch(`${given.url}/api/upload_sets/${set}`, { headers })).json();
  assert.equal(made.length, 2, 'as it was told');
  assert.deepEqual(files.filter(({ state }) => state === 'duplicate').length, 1, 'as it was told');
  for (const [index, { name }] of lost.entries()) {
    const { picture_id: id } = files.find((file) => file.file_name === name);
    const { geometry } = await (await fetch(`${given.url}/api/pictures/${id}`, { headers })).json();
    const [lon, lat] = geometry.coordinates;
    assert.ok(Math.abs(lon + 1.68) < 1e-6 && Math.abs(lat - (48.11 + ((10 + index) * 6) / METRES_PER_DEGREE)) < 1e-6, `${name}: ${lon} ${lat}`);
  }
  await clean(opened);
});

test('by keyboard and in French, and a picture is looked at and taken off the list', async () => {
  const opened = await openUpload(DESKTOP, 'fr');
  const { page } = opened;
  await choose(page, walk);
  await tabTo(page, 'look-open');
  await page.keyboard.press('Enter');
  await untilReady(page);
  await untilTold(page, 'Elles formeraient 1 séquence.');
  // All are seen, so the second of four is somewhere below the middle of the map.
  const { x, y, width, height } = await page.getByTestId('look-map').boundingBox();
  for (let down = 0; down < 80 && !(await page.getByTestId('look-picked').isVisible()); down += 5) {
    await page.mouse.click(x + width / 2, y + height / 2 + down);
  }
  assert.equal(await focus(page), 'H3', 'what was clicked is read out');
  await lookAt(page, DESKTOP, 'look-picked-fr');
  await tabTo(page, 'look-remove');
  await page.keyboard.press('Enter');
  await page.getByTestId('look-picked').waitFor({ state: 'hidden' });
  assert.equal(await page.getByTestId('upload-row').count(), walk.length - 1);
  assert.equal(await focus(page), 'upload-start');
  await page.getByTestId('upload-clear').click();
  await clean(opened);
});

test('on a phone', async () => {
  const opened = await openUpload(PHONE);
  const { page } = opened;
  await choose(page, [...walk, ...lost]);
  await page.getByTestId('look-open').tap();
  await untilReady(page);
  await untilTold(page, '2 files do not say where');
  await page.getByTestId('look-track').tap();
  await page.getByTestId('track-file').setInputFiles({ name: 'broken.gpx', mimeType: 'application/gpx+xml', buffer: Buffer.from('<gpx>') });
  await page.getByTestId('track-said').getByText('broken.gpx is no GPX file with a track.').waitFor();
  await accessible(page);
  await lookAt(page, PHONE, 'look');
  await fits(page, PHONE);
  await clean(opened);
});
