// Excluded areas: drawn by mouse, by keys and by finger, what they hide, and that it comes back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible } from '../accessible.mjs';
import { DESKTOP, PHONE, given, launch, lookAt, openPage, signIn, untilMap } from '../browser.mjs';
import { clean, fits, focus, isPublic, tabTo } from '../reporting.mjs';

let browser;

before(async () => (browser = await launch()));
after(() => browser?.close());

/** The third of five pictures, 6 m from its neighbours. */
const HOME = given.walk[2];

const untilText = (page, testId, text) => page.getByTestId(testId).filter({ hasText: text }).waitFor();

async function open(device, language, token, path, expected = []) {
  const opened = await openPage(browser, device, { expected });
  await opened.page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  await signIn(opened.page, token);
  await opened.page.goto(`${given.url}${path}`);
  await opened.page.locator('.split-frame[data-ready="true"]').waitFor();
  return opened;
}

/** The middle of the map. */
async function middle(page) {
  const { x, y, width, height } = await page.getByTestId('areas-map').boundingBox();
  return [x + width / 2, y + height / 2];
}

/** Goes to a picture, and so near that the next one is some 60 pixels away. */
async function goHome(page) {
  const field = page.getByTestId('finder');
  await field.fill(`${HOME.lat}, ${HOME.lon}`);
  await field.press('Enter');
  assert.equal(await focus(page), 'CANVAS', 'the map goes on');
  await page.keyboard.press('=');
  await page.keyboard.press('=');
  await page.waitForTimeout(500);
}

async function untilPublic(picture, wanted) {
  const deadline = Date.now() + 60_000;
  while ((await isPublic(picture)) !== wanted) {
    assert.ok(Date.now() < deadline, `in time, ${picture} is ${wanted ? 'shown' : 'hidden'}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('with a mouse, somebody hides what is around their home, and shows it again', async () => {
  const opened = await open(DESKTOP, 'en', given.account, '/account/excluded-areas');
  const { page } = opened;
  await untilText(page, 'areas-none', 'You have no excluded areas. Draw one larger than the house');
  await accessible(page);
  await lookAt(page, DESKTOP, 'areas-none');
  await goHome(page);
  await page.getByTestId('areas-draw').click();
  await untilText(page, 'draw-count', 'Place the first corner.');
  const [x, y] = await middle(page);
  const click = (right, down) => page.mouse.click(x + right, y + down);
  await click(-35, -35);
  await click(35, -35);
  await click(35, 35);
  await untilText(page, 'draw-count', '3 corners');
  await click(0, -80);
  await untilText(page, 'draw-problem', 'The outline would cross or touch itself');
  await page.locator('.wrong-place').waitFor();
  await accessible(page);
  await lookAt(page, DESKTOP, 'areas-drawing');
  await click(-120, 120);
  await untilText(page, 'draw-count', '4 corners');
  await page.keyboard.press('Backspace');
  await untilText(page, 'draw-count', '3 corners');
  await page.keyboard.press('Escape');
  await untilText(page, 'areas-said', 'Nothing is drawn.');

  await page.getByTestId('areas-draw').click();
  await click(-35, -35);
  await click(35, -35);
  await click(35, 35);
  await page.mouse.dblclick(x - 35, y + 35);
  await untilText(page, 'area-count', '1 of your pictures is in it.');
  await page.getByTestId('area-change').click();
  await untilText(page, 'draw-count', '4 corners');
  await page.getByTestId('areas-map').click();
  await untilText(page, 'draw-count', '5 corners');
  await page.keyboard.press('Backspace');
  await click(-33, -37);
  await untilText(page, 'area-count', '1 of your pictures is in it.');
  await page.getByTestId('area-label').fill('Home');
  await accessible(page);
  await lookAt(page, DESKTOP, 'areas-draft');
  assert.equal(await isPublic(HOME.id), true, 'nothing is hidden before it is saved');
  await page.getByTestId('area-save').click();
  await untilText(page, 'areas-said', '“Home” is saved. Within seconds, nobody else sees your pictures in it.');
  await page.getByTestId('area').filter({ hasText: /^Home[\d.]+ m², since / }).waitFor();
  await untilPublic(HOME.id, false);
  assert.equal(await isPublic(given.walk[0].id), true, 'what is outside stays');
  await accessible(page);
  await lookAt(page, DESKTOP, 'areas-saved');

  // One corner is dragged, so that the picture is outside.
  await page.getByTestId('area-edit').click();
  await untilText(page, 'area-count', '1 of your pictures is in it.');
  assert.equal(await page.getByTestId('area-label').inputValue(), 'Home');
  await page.getByTestId('area-change').click();
  await untilText(page, 'draw-count', '4 corners');
  await goHome(page);
  const drag = async (right, down) => {
    await page.mouse.move(x + 35, y + 35);
    await page.mouse.down();
    await page.mouse.move(x + 20, y + 20);
    await page.mouse.move(x + right, y + down);
    await page.mouse.up();
  };
  await drag(0, -80);
  await untilText(page, 'draw-problem', 'The outline would cross or touch itself');
  await drag(-28, -28);
  assert.equal(await page.getByTestId('draw-problem').textContent(), '');
  await untilText(page, 'draw-count', '4 corners');
  await accessible(page);
  await lookAt(page, DESKTOP, 'areas-edit');
  await page.getByTestId('draw-done').click();
  await untilText(page, 'area-size', ', before ');
  await untilText(page, 'area-count', 'None of your pictures are in it.');
  await untilText(page, 'area-effect', 'those that are in no area any more are shown again');
  await page.getByTestId('area-label').fill('My home');
  await page.getByTestId('area-change').click();
  await page.getByTestId('draw-done').click();
  assert.equal(await page.getByTestId('area-label').inputValue(), 'My home', 'what was filled in stays');
  await accessible(page);
  await lookAt(page, DESKTOP, 'areas-edited');
  assert.equal(await isPublic(HOME.id), false, 'nothing is shown before it is saved');
  await page.getByTestId('area-save').click();
  await untilText(page, 'areas-said', '“My home” is changed.');
  await page.getByTestId('area').filter({ hasText: /^My home[\d.]+ m², since / }).waitFor();
  await untilPublic(HOME.id, true);
  await page.getByTestId('area-edit').click();
  await page.getByTestId('area-change').click();
  await page.getByTestId('draw-give-up').click();
  await untilText(page, 'areas-said', 'Nothing is changed.');

  await goHome(page);
  await page.mouse.click(x - 32, y);
  assert.equal(await focus(page), 'area', 'an area that is clicked is found in the list');
  await page.getByTestId('area-remove').click();
  await page.getByText('Within seconds, everybody sees your pictures of this place again').waitFor();
  await lookAt(page, DESKTOP, 'areas-remove');
  await page.getByTestId('confirm-yes').click();
  await untilText(page, 'areas-said', '“My home” is deleted.');
  await page.getByTestId('areas-none').waitFor();
  await clean(opened);
});

test('by keyboard alone, in French', async () => {
  const opened = await open(DESKTOP, 'fr', given.account, '/account/excluded-areas');
  const { page } = opened;
  const press = async (testId) => {
    await tabTo(page, testId);
    await page.keyboard.press('Enter');
  };
  const go = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('areas-draw');
  assert.equal(await focus(page), 'CANVAS', 'keys draw at once');
  // The map shows all five pictures, which fill some 60 pixels around its middle.
  await go('ArrowLeft', 'ArrowUp', 'Enter', 'ArrowRight', 'ArrowRight', 'Enter', 'ArrowDown', 'ArrowDown', 'Enter');
  await untilText(page, 'draw-count', '3 sommets');
  await go('Shift+ArrowDown', 'Enter');
  await untilText(page, 'draw-count', '4 sommets');
  await go('Backspace', 'Shift+ArrowUp', 'ArrowLeft', 'ArrowLeft', 'Enter');
  await untilText(page, 'draw-count', '4 sommets');
  await lookAt(page, DESKTOP, 'areas-keys');
  await go('Enter');
  await untilText(page, 'area-count', '5 de vos photos sont dedans.');
  await press('area-change');
  // The same with coordinates, for who sees no map: the outline is begun anew, and a corner is refused.
  await press('draw-give-up');
  await press('areas-draw');
  await tabTo(page, 'draw-coordinates');
  await page.keyboard.type('chez moi');
  await go('Enter');
  await untilText(page, 'draw-problem', 'Ce ne sont pas des coordonnées.');
  await page.getByTestId('draw-coordinates').fill('');
  for (const [north, east] of [[-1, -1], [1, -1], [1, 1], [-1, 1]]) {
    await page.keyboard.type(`${HOME.lat + north * 2e-5}, ${HOME.lon + east * 2e-5}`);
    await go('Enter');
  }
  await untilText(page, 'draw-count', '4 sommets');
  await page.keyboard.down('Shift');
  await tabTo(page, 'draw-done');
  await page.keyboard.up('Shift');
  await go('Enter');
  await untilText(page, 'area-count', '1 de vos photos est dedans.');
  await tabTo(page, 'area-label');
  await page.keyboard.type('Chez moi');
  await go('Enter');
  await untilText(page, 'areas-said', '« Chez moi » est enregistrée.');
  assert.equal(await focus(page), 'areas-said');
  await untilPublic(HOME.id, false);
  // A corner is moved by its number, until the picture is outside; then the name alone.
  await press('area-edit');
  await press('area-change');
  await tabTo(page, 'draw-corner');
  await page.keyboard.type('3');
  await tabTo(page, 'draw-coordinates');
  assert.match(await page.getByTestId('draw-coordinates').inputValue(), /^48\.\d+, -1\.6\d+$/);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(`${HOME.lat - 1.5e-5}, ${HOME.lon - 1.5e-5}`);
  await go('Enter');
  await untilText(page, 'draw-count', '4 sommets');
  await page.keyboard.down('Shift');
  await tabTo(page, 'draw-done');
  await page.keyboard.up('Shift');
  await go('Enter');
  await untilText(page, 'area-count', 'Aucune de vos photos');
  await press('area-save');
  await untilText(page, 'areas-said', '« Chez moi » est changée.');
  await untilPublic(HOME.id, true);
  await press('area-edit');
  await tabTo(page, 'area-label');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Ailleurs');
  await go('Enter');
  await untilText(page, 'areas-said', '« Ailleurs » est changée.');
  await untilText(page, 'area', 'Ailleurs');
  await press('area-remove');
  await press('confirm-yes');
  await untilText(page, 'areas-said', '« Ailleurs » est supprimée.');
  await accessible(page);
  await clean(opened);
});

test('on a phone, an administrator draws with a finger and opens a file; everybody is told on the map', async () => {
  const opened = await open(PHONE, 'en', given.token, '/excluded-areas', [/status of 409/]);
  const { page } = opened;
  await untilText(page, 'areas-none', 'This site takes pictures everywhere.');
  const file = (name, document) => ({ name, mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify(document)) });
  const bow = { type: 'Polygon', coordinates: [[[1, 1], [2, 2], [2, 1], [1, 2], [1, 1]]] };
  await page.getByTestId('areas-file').setInputFiles(file('bow.geojson', bow));
  await untilText(page, 'areas-said', 'bow.geojson can’t be used. The outline would cross or touch itself');
  const square = (lon, lat, side) => [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]];
  const parts = { type: 'MultiPolygon', coordinates: [[square(1, 1, 0.1)], [square(2, 1, 0.1)]] };
  await page.getByTestId('areas-file').setInputFiles(file('parts.json', { type: 'Feature', properties: { name: 'Barracks' }, geometry: parts }));
  await untilText(page, 'area-size', '2 polygons, 247 km²');
  await untilText(page, 'area-count', 'No pictures are in it.');
  assert.equal(await page.getByTestId('area-label').inputValue(), 'Barracks');
  // What the server says, as it says it.
  const refusal = { message: 'there are 1000 excluded areas, as many as there may be: delete one first', status_code: 409 };
  await page.route('**/api/configuration/excluded_areas', (route) => route.fulfill({ status: 409, json: refusal }), { times: 1 });
  await page.getByTestId('area-save').tap();
  await page.locator('.draft .problem', { hasText: 'as many as there may be: delete one first' }).waitFor();
  await lookAt(page, PHONE, 'areas-refused');
  await page.getByTestId('area-save').tap();
  await untilText(page, 'areas-said', '“Barracks” is saved.');

  await goHome(page);
  await page.getByTestId('areas-draw').tap();
  await page.getByTestId('areas-map').scrollIntoViewIfNeeded();
  const [x, y] = await middle(page);
  for (const [right, down] of [[-35, -35], [35, -35], [35, 35], [-35, 35]]) {
    await page.touchscreen.tap(x + right, y + down);
    // A second tap this soon would be a double one.
    await page.waitForTimeout(600);
  }
  await untilText(page, 'draw-count', '4 corners');
  await accessible(page);
  await lookAt(page, PHONE, 'areas-drawing');
  await page.touchscreen.tap(x - 37, y - 33);
  await untilText(page, 'area-count', '1 picture is in it.');
  await page.getByTestId('area-label').fill('Old school');
  await page.getByTestId('area-public').tap();
  await fits(page, PHONE);
  await lookAt(page, PHONE, 'areas-draft');
  await page.getByTestId('area-save').tap();
  await untilText(page, 'areas-said', '“Old school” is saved.');
  await page.getByText('Everybody knows of it: it is drawn on the map of pictures.').waitFor();
  await page.getByText('Only administrators know of it.').waitFor();
  await untilPublic(HOME.id, false);
  await accessible(page);
  await lookAt(page, PHONE, 'areas-saved');
  await fits(page, PHONE);

  // What has several parts is renamed, or drawn anew.
  await page.getByRole('button', { name: 'Change: Barracks' }).tap();
  await untilText(page, 'area-size', '2 polygons, 247 km²');
  assert.equal(await page.getByTestId('area-change').textContent(), 'Draw the outline anew');
  await page.getByTestId('area-public').tap();
  await fits(page, PHONE);
  await lookAt(page, PHONE, 'areas-edit');
  await page.getByTestId('area-save').tap();
  await untilText(page, 'areas-said', '“Barracks” is changed.');
  await page.getByText('Everybody knows of it: it is drawn on the map of pictures.').nth(1).waitFor();

  await page.goto(`${given.url}/#focus=map&map=19/${HOME.lat}/${HOME.lon}`);
  await untilMap(page);
  const map = await page.getByTestId('map').boundingBox();
  // What is told comes after the map. Beside the pictures, which would be opened.
  await assert.doesNotReject(async () => {
    for (let taps = 0; taps < 100 && (await page.getByTestId('area-note').count()) === 0; taps += 1) {
      await page.touchscreen.tap(map.x + map.width / 2, map.y + map.height / 2 - 27);
      await page.waitForTimeout(600);
    }
  });
  await untilText(page, 'area-note', 'No pictures are taken here: Old school');
  await lookAt(page, PHONE, 'areas-walk');
  await clean(opened);
});
