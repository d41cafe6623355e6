// Looking at pictures on the map before they are sent: what would become of them, a recorded track that places them, and what is
// put right by hand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible } from '../accessible.mjs';
import { DESKTOP, PATIENCE, PHONE, given, launch, lookAt } from '../browser.mjs';
import { clean, fits, focus, tabTo } from '../reporting.mjs';
import { openUpload } from '../sending.mjs';

let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

const { walk, far, twice, lost, silent, track, right } = given.sending;
const METRES_PER_DEGREE = 111_320;

const choose = (page, files) => page.getByTestId('upload-input').setInputFiles(files.map(({ path }) => path));
const untilTold = (page, text) => page.getByTestId('look-told').getByText(text).waitFor();
/** The map is drawn, and in view. */
async function untilReady(page) {
  const map = page.locator('.look-frame[data-ready="true"]');
  await map.waitFor();
  await map.evaluate((each) => each.scrollIntoView({ block: 'start' }));
}

const headers = { Authorization: `Bearer ${given.token}` };
const api = async (path) => (await fetch(`${given.url}/api${path}`, { headers })).json();

/** Sends what is chosen. What the server made of it, by the names of the files, and of how many sequences. */
async function send(page) {
  let set = '';
  page.on('request', (request) => (set = /upload_sets\/([^/]+)\//.exec(new URL(request.url()).pathname)?.[1] ?? set));
  await page.getByTestId('upload-start').click();
  await page.getByTestId('upload-done').waitFor({ timeout: 2 * PATIENCE });
  const { files } = await api(`/upload_sets/${set}/files`);
  const { associated_collections: sequences } = await api(`/upload_sets/${set}`);
  const made = new Map();
  for (const { file_name: name, picture_id: id } of files) {
    const { geometry, properties } = await api(`/pictures/${id}`);
    const [lon, lat] = geometry.coordinates;
    made.set(name, { lon, lat, time: new Date(properties.datetime).toISOString(), heading: properties['view:azimuth'] });
  }
  return { made, sequences: sequences.length };
}

/** That a picture is where it was put, or where a walk has it at that step. */
function isAt({ lon, lat }, place, name) {
  assert.ok(Math.abs(lon - place.lon) < 1e-6 && Math.abs(lat - place.lat) < 1e-6, `${name}: ${lon} ${lat}, not ${place.lon} ${place.lat}`);
}
const atStep = (step) => ({ lon: -1.68, lat: 48.11 + (step * 6) / METRES_PER_DEGREE });
/** When that step of a walk is taken, so many seconds later. */
const timeOf = (step, later = 0) => new Date(Date.UTC(2024, 4, 1, 10, 0, step * 2 + later)).toISOString();
const stepOf = ({ name }) => Number(/\d+/.exec(name)[0]);

/** Where the card says that the picked picture is. */
async function pickedPlace(page) {
  const [lat, lon] = [await page.getByTestId('look-lat').inputValue(), await page.getByTestId('look-lon').inputValue()];
  return { lon: Number(lon), lat: Number(lat) };
}

/** Where the map shows a place. Before it is moved: it shows all files, as near as it goes to fit something. */
async function onMap(page, files, step) {
  const { x, y, width, height } = await page.getByTestId('look-map').boundingBox();
  const steps = files.map(stepOf);
  const middle = (Math.min(...steps) + Math.max(...steps)) / 2;
  const metresPerPixel = (40_030_230 * Math.cos((48.11 * Math.PI) / 180)) / (512 * 2 ** 17);
  return [x + width / 2, y + height / 2 - ((step - middle) * 6) / metresPerPixel];
}

test('what would become of files is told and drawn, and what has no place is placed on a track', async () => {
  const opened = await openUpload(browser, DESKTOP);
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
  const opened = await openUpload(browser, DESKTOP, { language: 'fr' });
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
  assert.equal(await focus(page), 'H2', 'what was clicked is read out');
  await lookAt(page, DESKTOP, 'look-picked-fr');
  await tabTo(page, 'look-remove');
  await page.keyboard.press('Enter');
  await page.getByTestId('look-picked').waitFor({ state: 'hidden' });
  assert.equal(await page.getByTestId('upload-row').count(), walk.length - 1);
  assert.equal(await focus(page), 'upload-start');
  await page.getByTestId('upload-clear').click();
  await clean(opened);
});

test('clocks, directions and a place are put right by mouse, and are on the server what was told', async () => {
  const opened = await openUpload(browser, DESKTOP);
  const { page } = opened;
  const files = right.mouse;
  await choose(page, files);
  await page.getByTestId('look-open').click();
  await untilReady(page);
  await page.getByTestId('look-correct').click();
  assert.match(await page.getByTestId('look-time').inputValue(), /^2024-05-01T/);
  const said = await page.getByTestId('look-time').inputValue();
  await page.getByTestId('look-time').fill(said.replace('2024-05-01', '2024-05-02'));
  assert.equal(await page.getByTestId('look-behind').inputValue(), '86400', 'the two fields are one');
  await page.getByTestId('look-turn').fill('-90');
  await untilTold(page, 'The times of 4 pictures are put right.');
  await untilTold(page, 'The directions of 4 pictures are turned.');
  await lookAt(page, DESKTOP, 'look-correct');

  await untilReady(page);
  const step = stepOf(files[1]);
  const [x, y] = await onMap(page, files, step);
  await page.mouse.click(x, y);
  await page.getByTestId('look-picked').getByText(files[1].name).waitFor();
  isAt(await pickedPlace(page), atStep(step), 'as the file says');
  assert.equal(await page.getByTestId('look-back').isVisible(), false);
  await untilReady(page);
  const [fromX, fromY] = await onMap(page, files, step);
  await page.mouse.move(fromX, fromY);
  await page.mouse.down();
  await page.mouse.move(fromX + 10, fromY);
  await page.mouse.move(fromX + 40, fromY);
  await page.mouse.up();
  await untilTold(page, '1 picture is moved by hand.');
  const dragged = await pickedPlace(page);
  assert.ok(dragged.lon > -1.6799 && Math.abs(dragged.lat - atStep(step).lat) < 1e-5, `${dragged.lon} ${dragged.lat}`);
  await accessible(page);
  await lookAt(page, DESKTOP, 'look-right');
  await page.getByTestId('look-back').click();
  await page.getByTestId('look-told').getByText('moved by hand').waitFor({ state: 'detached' });
  isAt(await pickedPlace(page), atStep(step), 'put back');
  assert.equal(await focus(page), 'look-lat');
  await untilReady(page);
  await page.mouse.move(fromX, fromY);
  await page.mouse.down();
  await page.mouse.move(fromX + 40, fromY);
  await page.mouse.up();
  await untilTold(page, '1 picture is moved by hand.');
  const place = await pickedPlace(page);

  const { made, sequences } = await send(page);
  assert.equal(sequences, 1);
  for (const file of files) {
    const picture = made.get(file.name);
    isAt(picture, file === files[1] ? place : atStep(stepOf(file)), file.name);
    assert.deepEqual([picture.time, picture.heading], [timeOf(stepOf(file), 86_400), 270], file.name);
  }
  await clean(opened);
});

test('a place is put right by keyboard, of a picture that was nowhere too, and what becomes of them follows', async () => {
  const opened = await openUpload(browser, DESKTOP);
  const { page } = opened;
  const files = right.keys;
  await choose(page, files);
  await tabTo(page, 'look-open');
  await page.keyboard.press('Enter');
  await untilReady(page);
  await untilTold(page, '1 sequence would be made of them.');
  await tabTo(page, 'look-number');
  await page.keyboard.type('4');
  await page.keyboard.press('Enter');
  await page.getByTestId('look-picked').getByText(files[3].name).waitFor();
  await tabTo(page, 'look-lat');
  await page.keyboard.type('48.2');
  await page.keyboard.press('Enter');
  await untilTold(page, '2 sequences would be made of them');
  await untilTold(page, '1 picture is moved by hand.');
  await tabTo(page, 'look-back');
  await page.keyboard.press('Enter');
  await untilTold(page, '1 sequence would be made of them.');
  assert.equal(await focus(page), 'look-lat');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('48.2');
  await page.keyboard.press('Enter');
  await untilTold(page, '2 sequences would be made of them');
  await tabTo(page, 'look-correct');
  await page.keyboard.press('Enter');
  await tabTo(page, 'look-behind');
  await page.keyboard.type('-30');
  await untilTold(page, 'The times of 4 pictures are put right.');
  const { made, sequences } = await send(page);
  assert.equal(sequences, 2, 'as it was told');
  for (const file of files) {
    const picture = made.get(file.name);
    isAt(picture, file === files[3] ? { lon: -1.68, lat: 48.2 } : atStep(stepOf(file)), file.name);
    assert.equal(picture.time, timeOf(stepOf(file), -30), file.name);
  }
  await clean(opened);
});

test('what was put right outlives a reload in the middle of it', async () => {
  const opened = await openUpload(browser, DESKTOP, { expected: [/ERR_ABORTED/, /ERR_FAILED/] });
  const { page } = opened;
  const files = right.reload;
  page.on('dialog', (dialog) => dialog.accept());
  // The first piece of a file is held, so that the page is left while it is under way.
  let held = 0;
  await page.route(/\/api\/.*tus/, async (route) => {
    if (held < 0 || route.request().method() !== 'PATCH') return route.continue();
    held += 1;
  });
  await choose(page, files);
  await page.getByTestId('look-open').click();
  await untilReady(page);
  await page.getByTestId('look-track').click();
  await page.getByTestId('track-file').setInputFiles(track.path);
  await untilTold(page, '2 pictures are placed on the track.');
  await page.getByTestId('look-correct').click();
  await page.getByTestId('look-behind').fill('2');
  await page.getByTestId('look-turn').fill('45');
  await untilTold(page, 'The direction of 1 picture is turned.');
  await page.getByTestId('look-number').fill('1');
  await page.getByTestId('look-number').press('Enter');
  await page.getByTestId('look-picked').getByText(files[1].name).waitFor();
  await page.getByTestId('look-lon').fill('-1.6801');
  await page.getByTestId('look-put').click();
  await untilTold(page, '1 picture is moved by hand.');
  await page.getByTestId('upload-start').click();
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith('flaneur.tus.')));
  await page.reload();
  held = -1;
  await page.getByTestId('upload-offer').waitFor();
  await choose(page, files);
  await page.getByTestId('look-open').click();
  await untilTold(page, 'as you put');
  await page.getByTestId('look-told').getByText('would be refused').waitFor({ state: 'detached' });
  const { made } = await send(page);
  assert.equal(made.size, 3);
  const place = { lon: -1.6801, lat: atStep(9).lat };
  for (const [index, file] of files.entries()) {
    const picture = made.get(file.name);
    isAt(picture, index === 1 ? place : atStep(stepOf(file) + 1), file.name);
    assert.equal(picture.time, timeOf(stepOf(file), 2), file.name);
  }
  assert.equal(made.get(files[1].name).heading, 45);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('flaneur.corrections.'))), [], 'nothing is left behind');
  await clean(opened);
});

test('all look to the right of the track, on a phone', async () => {
  const opened = await openUpload(browser, PHONE);
  const { page } = opened;
  const files = right.phone;
  await choose(page, files);
  await page.getByTestId('look-open').tap();
  await untilReady(page);
  await page.getByTestId('look-correct').tap();
  await page.getByTestId('look-along-yes').tap();
  await page.getByTestId('look-relative').fill('90');
  await untilTold(page, 'All look 90° to the right of the track.');
  assert.equal(await page.getByTestId('look-turn').isVisible(), false);
  await untilReady(page);
  const [x, y] = await onMap(page, files, stepOf(files[0]));
  await page.touchscreen.tap(x, y);
  await page.getByTestId('look-picked').getByText(files[0].name).waitFor();
  await accessible(page);
  await lookAt(page, PHONE, 'look-right');
  await page.getByTestId('look-correct').evaluate((each) => each.scrollIntoView({ block: 'start' }));
  await lookAt(page, PHONE, 'look-correct');
  await fits(page, PHONE);
  await page.getByTestId('look-lon').fill('-1.68005');
  await page.getByTestId('look-put').tap();
  await untilTold(page, '1 picture is moved by hand.');
  const { made } = await send(page);
  for (const file of files) {
    const { lon, heading } = made.get(file.name);
    const turned = file === files[0] || file === files[1];
    assert.ok(Math.abs(lon + (file === files[0] ? 1.68005 : 1.68)) < 1e-6, file.name);
    assert.ok(turned ? heading > 90 && heading < 140 : heading === 90, `${file.name}: ${heading}`);
  }
  await clean(opened);
});

test('on a phone', async () => {
  const opened = await openUpload(browser, PHONE);
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
