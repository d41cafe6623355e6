// Looking after one's own pictures: many at once, with a preview, and back; on the map, in fields, by keyboard and by finger.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible } from '../accessible.mjs';
import { DESKTOP, PHONE, given, launch, lookAt, openPage, signIn } from '../browser.mjs';
import { clean, fits, focus, isPublic, tabTo } from '../reporting.mjs';

let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

const WALK = given.walk[0].collection;
const METRES_PER_DEGREE = 111_195;

const untilText = (page, testId, text) => page.getByTestId(testId).filter({ hasText: text }).first().waitFor();

async function open(device, token, path, { language = 'en', expected = [] } = {}) {
  const opened = await openPage(browser, device, { expected });
  await opened.page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  await signIn(opened.page, token);
  await opened.page.goto(`${given.url}${path}`);
  return opened;
}

/** The workbench of the walk, its map drawn. */
async function correct(device, options) {
  const opened = await open(device, given.token, `/pictures/correct?sequences=${WALK}`, options);
  await opened.page.locator('.split-frame[data-ready="true"]').waitFor();
  return opened;
}

const items = async (page) => (await (await page.request.get(`${given.url}/api/collections/${WALK}/items`)).json()).features;
const headings = async (page) => (await items(page)).map(({ properties }) => properties['view:azimuth']);
const places = async (page) => (await items(page)).map(({ geometry }) => geometry.coordinates);

/** Chooses what is to be done. */
async function choose(page, kind) {
  await page.getByTestId('mine-kind').selectOption(kind);
}

/** Looks at what would change, and does it. */
async function make(page, told, done) {
  await page.getByTestId('mine-show').click();
  await untilText(page, 'mine-preview', told);
  await page.getByTestId('mine-make').click();
  await untilText(page, 'mine-said', done);
}

async function undoLast(page) {
  await page.getByTestId('mine-undo').first().click();
  await untilText(page, 'mine-said', 'Undone.');
}

/** Where a place is in the window. Before the map is moved: it shows all of the walk, 60 pixels from its edges. */
async function onMap(page, picture) {
  const { x, y, width, height } = await page.getByTestId('mine-map').boundingBox();
  const lats = given.walk.map(({ lat }) => lat);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  // At the nearest zoom that is used to fit something, 17, one pixel is so many metres.
  const metresPerPixel = (40_030_230 * Math.cos((picture.lat * Math.PI) / 180)) / (512 * 2 ** 17);
  return [x + width / 2, y + height / 2 + (((south + north) / 2 - picture.lat) * METRES_PER_DEGREE) / metresPerPixel];
}

for (const path of ['/pictures', `/pictures/correct?sequences=${WALK}`]) {
  test(`a stranger is asked to sign in, and comes back to ${path.split('?')[0]}`, async () => {
    const opened = await openPage(browser, DESKTOP);
    const { page } = opened;
    await page.goto(`${given.url}${path}`);
    await untilText(page, 'mine-sign-in', 'Sign in to look after your pictures.');
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await page.getByTestId('sign-in-token').fill(given.token);
    await page.getByTestId('sign-in-submit').click();
    await page.waitForURL((url) => url.pathname + url.search === path);
    await clean(opened);
  });
}

test('who has sent nothing yet is shown the way', async () => {
  const opened = await open(DESKTOP, given.account, '/pictures', { expected: [/status of 40[34]/] });
  const { page } = opened;
  await untilText(page, 'sequences-none', 'You have not sent any pictures yet.');
  await accessible(page);
  await lookAt(page, DESKTOP, 'mine-none');
  await page.goto(`${given.url}/pictures/correct?sequences=${WALK}`);
  await page.getByTestId('mine-chosen').filter({ hasText: '5 of 5' }).waitFor();
  await page.getByTestId('mine-show').click();
  await untilText(page, 'mine-trouble', 'only their owner edits many at once');
  await clean(opened);
});

test('a sequence gets another title and is hidden, from the list', async () => {
  const opened = await open(DESKTOP, given.token, '/');
  const { page } = opened;
  await page.locator('.menu summary').click();
  await page.getByTestId('menu-mine').click();
  await page.waitForURL(`${given.url}/pictures`);
  const row = page.getByTestId('own-sequence').filter({ hasText: 'A walk' });
  await row.getByText(/5 pictures/).waitFor();
  await accessible(page);
  await lookAt(page, DESKTOP, 'mine-list');
  await row.getByTestId('sequence-edit').click();
  await page.getByTestId('sequence-title').fill('Along the quay');
  await page.getByTestId('sequence-seen-owner-only').check();
  await accessible(page, 'dialog');
  await lookAt(page, DESKTOP, 'mine-sequence');
  await page.getByTestId('sequence-save').click();
  await untilText(page, 'mine-said', 'Saved.');
  const renamed = page.getByTestId('own-sequence').filter({ hasText: 'Along the quay' });
  await renamed.getByText('Seen by: Only me').waitFor();
  assert.equal(await isPublic(given.walk[0].id), false);
  await renamed.getByTestId('sequence-edit').click();
  await page.getByTestId('sequence-seen-anyone').check();
  await page.getByTestId('sequence-save').click();
  await renamed.getByText('Seen by').waitFor({ state: 'detached' });
  assert.equal(await isPublic(given.walk[0].id), true);
  // The order is kept to.
  await page.getByTestId('mine-order').selectOption('+datetime');
  await page.getByTestId('own-sequence').nth(1).waitFor();
  const titles = await page.getByTestId('own-sequence').locator('h2').allTextContents();
  assert.deepEqual(titles, ['Along the quay', 'Elsewhere']);
  await clean(opened);
});

test('a part of a sequence is chosen on the map and turned, and turned back', async () => {
  const opened = await correct(DESKTOP);
  const { page } = opened;
  await untilText(page, 'mine-chosen', '5 of 5 pictures chosen');
  await untilText(page, 'mine-subject', 'Along the quay');
  const before = await headings(page);
  await page.mouse.click(...(await onMap(page, given.walk[1])));
  await page.getByTestId('mine-picked').getByText('Picture 2').waitFor();
  await lookAt(page, DESKTOP, 'mine-picked');
  await page.getByTestId('mine-fromHere').click();
  await untilText(page, 'mine-chosen', '4 of 5 pictures chosen');
  await page.mouse.click(...(await onMap(page, given.walk[3])));
  await page.getByTestId('mine-picked').getByText('Picture 4').waitFor();
  await page.getByTestId('mine-toHere').click();
  await untilText(page, 'mine-chosen', '3 of 5 pictures chosen');
  await page.getByTestId('mine-show').click();
  await untilText(page, 'mine-preview', '3 pictures would change.');
  await untilText(page, 'mine-preview', /Picture 2: direction .* becomes 180°/);
  await accessible(page);
  await lookAt(page, DESKTOP, 'mine-turned');
  assert.deepEqual(await headings(page), before, 'nothing is changed before it is said');
  await page.getByTestId('mine-degrees').fill('90');
  assert.equal(await page.getByTestId('mine-make').isVisible(), false, 'what was told is true no more');
  await make(page, 'direction 0° becomes 90°', '3 pictures changed.');
  const turned = before.map((each, index) => (index > 0 && index < 4 ? each + 90 : each));
  assert.deepEqual(await headings(page), turned);
  await page.getByTestId('mine-past').getByText('Turned by 90°, 3 changes').waitFor();
  await undoLast(page);
  assert.deepEqual(await headings(page), before);
  await page.getByTestId('mine-past').getByText('Undone what was changed before').waitFor();
  await untilText(page, 'mine-chosen', '3 of 5 pictures chosen');
  await clean(opened);
});

test('pictures are dragged on the map, and the others come along', async () => {
  const opened = await correct(DESKTOP);
  const { page } = opened;
  await untilText(page, 'mine-chosen', '5 of 5');
  const before = await places(page);
  await choose(page, 'shift');
  await page.getByTestId('mine-show').click();
  await untilText(page, 'mine-trouble', 'Drag a picture, or give a distance first.');
  const [x, y] = await onMap(page, given.walk[2]);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 20, y, { steps: 4 });
  await page.mouse.move(x + 40, y, { steps: 4 });
  await page.mouse.up();
  await untilText(page, 'mine-preview', '5 pictures would change. The farthest is moved');
  await accessible(page);
  await lookAt(page, DESKTOP, 'mine-dragged');
  const east = Number(await page.getByTestId('mine-east').inputValue());
  assert.ok(east > 5 && east < 60, `${east} m`);
  // A second time it goes on from there.
  await page.getByTestId('mine-east').fill('10');
  await page.getByTestId('mine-north').fill('-5');
  await make(page, '5 pictures would change. The farthest is moved 11 m.', '5 pictures changed.');
  for (const [index, [lon, lat]] of (await places(page)).entries()) {
    const metres = [(lon - before[index][0]) * METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180), (lat - before[index][1]) * METRES_PER_DEGREE];
    assert.deepEqual(metres.map(Math.round), [10, -5]);
  }
  await undoLast(page);
  assert.deepEqual(await places(page), before);
  await clean(opened);
});

test('a clock is put right, by what the first picture should say', async () => {
  const opened = await correct(DESKTOP);
  const { page } = opened;
  const times = async () => (await items(page)).map(({ properties }) => Date.parse(properties.datetime));
  const before = await times();
  await untilText(page, 'mine-chosen', '5 of 5');
  await choose(page, 'retime');
  const said = await page.getByTestId('mine-time').inputValue();
  assert.match(said, /T12:00(:00)?$/);
  await page.getByTestId('mine-show').click();
  await untilText(page, 'mine-trouble', 'The time is what the camera said');
  assert.equal(await focus(page), 'mine-time');
  await page.getByTestId('mine-time').fill(`${said.slice(0, 10)}T11:30:05`);
  await make(page, /12:00:00 becomes .*11:30:05/, '5 pictures changed.');
  assert.deepEqual(await times(), before.map((each) => each - 1_795_000));
  await undoLast(page);
  assert.deepEqual(await times(), before);
  await clean(opened);
});

test('pictures are placed on a track that was recorded', async () => {
  const opened = await correct(DESKTOP, { expected: [/status of 400/] });
  const { page } = opened;
  const before = await items(page);
  await untilText(page, 'mine-chosen', '5 of 5');
  await choose(page, 'retrack');
  await page.getByTestId('mine-show').click();
  assert.equal(await page.getByTestId('track-file').evaluate((each) => each.validity.valueMissing), true);
  const file = (name, content) => page.getByTestId('track-file').setInputFiles({ name, mimeType: 'application/gpx+xml', buffer: Buffer.from(content) });
  await file('notes.gpx', 'no track');
  await untilText(page, 'track-said', 'notes.gpx is no GPX file with a track.');
  // Fifty metres to the east, and the camera a minute ahead.
  const east = 50 / METRES_PER_DEGREE / Math.cos((given.walk[0].lat * Math.PI) / 180);
  const point = ({ geometry: { coordinates: [lon, lat] }, properties: { datetime } }) =>
    `<trkpt lat="${lat}" lon="${lon + east}"><time>${new Date(Date.parse(datetime) - 60_000).toISOString()}</time></trkpt>`;
  await file('walk.gpx', `<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${before.map(point).join('')}</trkseg></trk></gpx>`);
  await untilText(page, 'track-said', 'walk.gpx: 5 points, drawn on the map.');
  await page.getByTestId('mine-show').click();
  await untilText(page, 'mine-trouble', 'no picture was taken while the track was recorded');
  await page.getByTestId('track-ahead').fill('60');
  await page.getByTestId('mine-show').click();
  await untilText(page, 'mine-preview', '5 pictures would change. The farthest is moved 50 m.');
  await accessible(page);
  await lookAt(page, DESKTOP, 'mine-track');
  await page.getByTestId('mine-make').click();
  await untilText(page, 'mine-said', '5 pictures changed.');
  for (const [index, [lon]] of (await places(page)).entries()) {
    assert.ok(Math.abs(lon - before[index].geometry.coordinates[0] - east) < 1e-6);
  }
  await undoLast(page);
  await clean(opened);
});

test('by keyboard alone, a part of them is hidden and shown again, in French', async () => {
  const opened = await correct(DESKTOP, { language: 'fr' });
  const { page } = opened;
  await untilText(page, 'mine-chosen', '5 photos choisies sur 5');
  await tabTo(page, 'mine-first');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('4');
  await tabTo(page, 'mine-kind');
  await untilText(page, 'mine-chosen', '2 photos choisies sur 5');
  await page.keyboard.type('Qui');
  await page.getByTestId('mine-seen-owner-only').waitFor();
  await tabTo(page, 'mine-show');
  await page.keyboard.press('Enter');
  await untilText(page, 'mine-preview', '2 photos changeraient.');
  await tabTo(page, 'mine-make');
  await lookAt(page, DESKTOP, 'mine-hide-fr');
  await page.keyboard.press('Enter');
  await untilText(page, 'mine-said', '2 photos changées.');
  assert.equal(await focus(page), 'mine-said', 'what came of it is read out');
  assert.deepEqual(await Promise.all(given.walk.map(({ id }) => isPublic(id))), [true, true, true, false, false]);
  await tabTo(page, 'mine-undo');
  await page.keyboard.press('Enter');
  await untilText(page, 'mine-said', 'Annulé.');
  assert.equal(await isPublic(given.walk[3].id), true);
  await tabTo(page, 'mine-all');
  await page.keyboard.press('Enter');
  assert.equal(await focus(page), 'mine-first');
  await clean(opened);
});

test('on a phone, pictures are turned, and the last ones are deleted', async () => {
  const opened = await correct(PHONE);
  const { page } = opened;
  await untilText(page, 'mine-chosen', '5 of 5');
  await lookAt(page, PHONE, 'mine-correct');
  await choose(page, 'follow_track');
  await make(page, 'would change', 'pictures changed.');
  await page.getByTestId('mine-first').fill('4');
  await page.getByTestId('mine-first').blur();
  await untilText(page, 'mine-chosen', '2 of 5');
  await choose(page, 'delete');
  await page.getByTestId('mine-show').tap();
  await page.getByTestId('mine-deleting').getByText('Delete 2 pictures?').waitFor();
  await accessible(page, 'dialog');
  await lookAt(page, PHONE, 'mine-deleting');
  await page.getByTestId('mine-delete-no').tap();
  assert.equal((await items(page)).length, 5);
  await page.getByTestId('mine-show').tap();
  await page.getByTestId('mine-delete-yes').tap();
  await untilText(page, 'mine-said', '2 pictures deleted.');
  await untilText(page, 'mine-chosen', '3 of 3');
  assert.deepEqual((await items(page)).map(({ id }) => id), given.walk.slice(0, 3).map(({ id }) => id));
  await accessible(page);
  await fits(page, PHONE);
  await clean(opened);
});

test('several sequences are corrected together, and deleted, on a phone', async () => {
  // Where there are none, the list is not found.
  const opened = await open(PHONE, given.token, '/pictures', { expected: [/status of 404/] });
  const { page } = opened;
  const ticks = page.getByTestId('sequence-tick');
  await ticks.nth(1).waitFor();
  await ticks.first().check();
  await ticks.nth(1).check();
  await untilText(page, 'mine-bar', '2 sequences chosen, 6 pictures.');
  await accessible(page);
  await lookAt(page, PHONE, 'mine-list');
  await fits(page, PHONE);
  await page.getByTestId('mine-correctShort').tap();
  await untilText(page, 'mine-chosen', '6 of 6 pictures chosen');
  await untilText(page, 'mine-subject', '2 sequences');
  await page.goBack();
  await page.getByTestId('sequence-tick').first().waitFor();
  await page.getByTestId('own-sequence').filter({ hasText: 'Elsewhere' }).getByTestId('sequence-tick').check();
  await untilText(page, 'mine-bar', '1 sequence chosen, 3 pictures.');
  await page.getByTestId('mine-deleteShort').tap();
  await page.getByText('3 pictures are deleted with their files, for good.').waitFor();
  await lookAt(page, PHONE, 'mine-delete-sequences');
  await page.getByTestId('confirm-yes').tap();
  await untilText(page, 'mine-said', 'The sequence is deleted.');
  await page.getByTestId('own-sequence').filter({ hasText: 'Elsewhere' }).waitFor({ state: 'detached' });

  // The rest goes picture by picture, and the sequence with the last of them.
  await page.getByTestId('sequence-correct').tap();
  await untilText(page, 'mine-chosen', '3 of 3');
  await choose(page, 'delete');
  await page.getByTestId('mine-show').tap();
  await page.getByTestId('mine-delete-yes').tap();
  await untilText(page, 'mine-none', 'There are no published pictures here.');
  await page.getByTestId('mine-back').tap();
  await untilText(page, 'sequences-none', 'You have not sent any pictures yet.');
  await clean(opened);
});
