// What an account decides about its pictures: their licence and whom to name, bringing them from elsewhere, taking it all along,
// erasing it all.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { DESKTOP, PATIENCE, PHONE, given, launch, lookAt, openPage, signIn } from '../browser.mjs';
import { holdBefore } from '../holding.mjs';
import { clean, fits, focus, tabTo } from '../reporting.mjs';

/** The licences to choose from, besides the usual one. */
const [ATTRIBUTED, FREE] = ['CC-BY-4.0', 'CC0-1.0'];

let browser;
let other;

before(async () => {
  browser = await launch();
  other = await holdBefore(given.elsewhere.sequences[0]);
});
after(async () => {
  other?.close();
  await browser?.close();
});

async function open(device, { token = given.account, language = 'en', expected = [] } = {}) {
  const opened = await openPage(browser, device, { expected });
  await opened.page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  if (token !== null) await signIn(opened.page, token);
  return opened;
}

const textOf = (page, testId) => page.getByTestId(testId).textContent();
const untilText = (page, testId, text) => page.getByTestId(testId).filter({ hasText: text }).waitFor();

async function openAccount(page) {
  await page.goto(`${given.url}/account`);
  await page.getByTestId('pictures-save').waitFor();
  await page.getByTestId('transfer-begin').waitFor();
}

async function openTransfers(page) {
  await page.goto(`${given.url}/account#account-transfers`);
  await page.getByTestId('transfer-begin').waitFor();
  // It scrolls there once everything above is known.
  await page.waitForFunction(() => document.activeElement?.id === 'account-transfers');
}

/** Looks at a part of a long page. */
async function lookDown(page, device, testId, name) {
  await page.getByTestId(testId).evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await lookAt(page, device, name);
}

/** Opens the page for uploads with a file chosen. */
async function choose(page, { path }) {
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('upload-input').setInputFiles(path);
  await page.getByTestId('upload-licence').waitFor();
}

async function selectByKeys(page, testId, wanted) {
  await tabTo(page, testId);
  await page.keyboard.press('Home');
  for (let presses = 0; presses < 10; presses += 1) {
    if ((await page.getByTestId(testId).inputValue()) === wanted) return;
    await page.keyboard.press('ArrowDown');
  }
  assert.fail(`${wanted} is not among those to choose`);
}

const credit = async (page) => ({
  licence: await page.getByTestId('upload-licence').inputValue(),
  attribution: await page.getByTestId('upload-attribution').inputValue(),
});

/** Waits until what was sent is published, and walks to it. Answers the picture's id. */
async function walkToUpload(page) {
  await page.getByTestId('upload-done-link').first().click({ timeout: 2 * PATIENCE });
  return untilPicture(page);
}

async function untilPicture(page) {
  await page.waitForFunction(() => document.documentElement.dataset.picture !== undefined, null, { timeout: PATIENCE });
  await page.getByTestId('licence').waitFor();
  return page.evaluate(() => document.documentElement.dataset.picture);
}

async function caption(page) {
  const [author, licence] = [await textOf(page, 'author'), await textOf(page, 'licence')];
  return `${author} ${licence}`;
}

/** Who is signed in in a browser, as the API says: nobody is null. */
async function whoIs(page) {
  const answer = await page.context().request.get(`${given.url}/api/users/me`);
  return answer.ok() ? answer.json() : null;
}

/** Waits until the API answers something with this status. */
async function untilStatus(path, wanted) {
  let status = 0;
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    ({ status } = await fetch(`${given.url}${path}`));
    if (status === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${path} still answers ${status}`);
}

for (const [device, language] of [
  [DESKTOP, 'en'],
  [PHONE, 'fr'],
]) {
  test(`a licence and whom to name go from the account to the picture on a ${device.name}`, async () => {
    const opened = await open(device, { language });
    const { page } = opened;
    const named = `The Streets of Rennes & <b>friends</b>, ${device.name}`;
    await openAccount(page);
    await lookDown(page, device, 'account-pictures', 'credit-choices');
    await fits(page, device);
    await page.getByTestId('pictures-licence').selectOption(ATTRIBUTED);
    const text = page.getByTestId('pictures-licence-text').getByRole('link');
    assert.match(await text.getAttribute('href'), /CC-BY-4\.0/);
    assert.equal(await text.getAttribute('target'), '_blank', 'what was done here stays');
    await page.getByTestId('pictures-attribution').fill(`  ${named} `);
    await page.getByTestId('pictures-save').click();
    await untilText(page, 'pictures-saved', /./);
    assert.equal(await page.getByTestId('pictures-attribution').inputValue(), named);
    await lookDown(page, device, 'pictures-licence', 'credit-chosen');
    await openAccount(page);
    assert.equal(await page.getByTestId('pictures-licence').inputValue(), ATTRIBUTED);
    assert.equal(await page.getByTestId('pictures-attribution').inputValue(), named);

    await choose(page, given.uploads[device === DESKTOP ? 0 : 1]);
    assert.deepEqual(await credit(page), { licence: ATTRIBUTED, attribution: named });
    await lookDown(page, device, 'upload-licence', 'credit-upload');
    await fits(page, device);
    await page.getByTestId('upload-start').click();
    const id = await walkToUpload(page);
    assert.equal(await caption(page), `© ${named} ${ATTRIBUTED}`);
    assert.match(await page.getByTestId('licence').getAttribute('href'), /CC-BY-4\.0/);
    await lookAt(page, device, 'credit-caption');
    await fits(page, device);
    const { properties } = await (await fetch(`${given.url}/api/pictures/${id}`)).json();
    assert.equal(properties.license, ATTRIBUTED);
    await clean(opened);
  });
}

test('by keyboard alone, one upload goes under another licence', async () => {
  const opened = await open(DESKTOP);
  const { page } = opened;
  const { name } = await whoIs(page);
  await openAccount(page);
  await selectByKeys(page, 'pictures-licence', ATTRIBUTED);
  await tabTo(page, 'pictures-attribution');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Everybody');
  await page.keyboard.press('Enter');
  await untilText(page, 'pictures-saved', 'Saved');
  assert.equal(await focus(page), 'pictures-attribution', 'the focus stays where it was');

  await choose(page, given.uploads[2]);
  assert.deepEqual(await credit(page), { licence: ATTRIBUTED, attribution: 'Everybody' });
  await selectByKeys(page, 'upload-licence', FREE);
  await untilText(page, 'upload-licence-text', FREE);
  await tabTo(page, 'upload-attribution');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await tabTo(page, 'upload-start');
  await page.keyboard.press('Enter');
  await page.getByTestId('upload-done-link').waitFor({ timeout: 2 * PATIENCE });
  await tabTo(page, 'upload-done-link');
  await page.keyboard.press('Enter');
  await untilPicture(page);
  assert.equal(await caption(page), `By ${name} ${FREE}`, 'who gives up all rights has no ©');
  await tabTo(page, 'licence');
  await lookAt(page, DESKTOP, 'credit-focus');

  // That was said of one upload; what holds else stays, until it is taken back.
  await openAccount(page);
  assert.equal(await page.getByTestId('pictures-licence').inputValue(), ATTRIBUTED);
  await selectByKeys(page, 'pictures-licence', '');
  await tabTo(page, 'pictures-save');
  await page.keyboard.press('Enter');
  await untilText(page, 'pictures-saved', 'Saved');
  await choose(page, given.uploads[2]);
  const { licence, attribution } = await credit(page);
  assert.ok(![ATTRIBUTED, FREE].includes(licence), `the usual one: ${licence}`);
  assert.equal(attribution, 'Everybody');
  await clean(opened);
});

const WRONG = {
  en: {
    address: /This is no address of a web site/,
    noSequence: /does not say which sequence it is/,
    here: /This sequence is on this very server/,
    forbidden: /The server refused this: .*example\.org/,
    absent: [/It did not work; no picture came/, /The other server has no such sequence/],
  },
  fr: {
    address: /Ce n’est pas l’adresse d’un site/,
    noSequence: /ne dit pas de quelle séquence il s’agit/,
    here: /Cette séquence est déjà sur ce serveur/,
    forbidden: /Le serveur a refusé : .*example\.org/,
    absent: [/aucune photo n’est arrivée/, /L’autre serveur n’a pas cette séquence/],
  },
};

/** Asks for a sequence that is not brought, and waits until the page says why. */
async function askInVain(page, address, why) {
  await page.getByTestId('transfer-address').fill(address);
  await page.getByTestId('transfer-begin').click();
  await page.getByTestId('account-transfers').getByRole('alert').filter({ hasText: why }).waitFor();
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'transfer-address');
  assert.equal(await page.getByTestId('transfer-address').inputValue(), address, 'what was typed can be mended');
}

/** The entry of a transfer, by a part of the address that was asked for. */
const entry = (page, part) => page.getByTestId('transfer-entry').filter({ hasText: part });

const untilState = (page, part, state, text) => page.locator(`[data-state=${state}]`).and(entry(page, part)).filter({ hasText: text }).waitFor();

const idOf = (address) => address.split('/').at(-1);

for (const [device, language] of [
  [DESKTOP, 'en'],
  [PHONE, 'fr'],
]) {
  test(`an address that leads to no sequence is answered in words on a ${device.name}`, async () => {
    const opened = await open(device, { language, expected: [/status of 400/] });
    const { page } = opened;
    const words = WRONG[language];
    const [somewhere] = given.elsewhere.sequences;
    await openTransfers(page);
    await lookAt(page, device, 'transfers-none');
    await askInVain(page, '', words.address);
    await askInVain(page, 'my walk along the canal', words.address);
    await askInVain(page, `${other.url}/#focus=pic&pic=${idOf(somewhere)}`, words.noSequence);
    await lookAt(page, device, 'transfers-wrong');
    await askInVain(page, `${given.url}/api/collections/${idOf(somewhere)}`, words.here);
    await askInVain(page, `https://example.org/api/collections/${idOf(somewhere)}`, words.forbidden);
    await fits(page, device);

    // What is wrong with some is only seen once one looks there.
    const absent = randomUUID();
    await page.getByTestId('transfer-address').fill(`${other.url}/api/collections/${absent}`);
    await page.getByTestId('transfer-begin').click();
    for (const each of words.absent) await untilState(page, absent, 'failed', each);
    assert.equal(await entry(page, absent).getByTestId('transfer-stop').isVisible(), false);
    assert.equal(await entry(page, absent).getByTestId('transfer-open').isVisible(), false);
    await lookDown(page, device, 'account-transfers', 'transfers-failed');
    await fits(page, device);
    await clean(opened);
  });
}

test('a sequence is brought here and walked through', async () => {
  const opened = await open(DESKTOP);
  const { page } = opened;
  const [address] = given.elsewhere.sequences;
  const id = idOf(address);
  const there = (await (await fetch(`${address}/items?limit=100`)).json()).features;
  const total = there.length;
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('upload-elsewhere').click();
  await page.waitForFunction(() => document.activeElement?.id === 'account-transfers');
  other.let(0);
  // As it is copied out of a viewer.
  await page.getByTestId('transfer-address').fill(`${other.url}/#focus=pic&pic=${there[0].id}&seq=${id}`);
  await page.getByTestId('transfer-begin').click();
  await untilText(page, 'account-transfers-said', `A sequence from ${other.host} is asked for`);
  assert.equal(await focus(page), 'account-transfers-said');
  assert.equal(await page.getByTestId('transfer-address').inputValue(), '');
  const progress = entry(page, id).getByRole('progressbar', { name: `Pictures that came from ${other.host}` });
  for (const come of [0, 1, 2]) {
    if (come > 0) other.let(1);
    await untilState(page, id, 'running', `Coming: ${come} of ${total} pictures`);
    assert.deepEqual(await progress.evaluate(({ value, max }) => [value, max]), [come, total]);
  }
  await lookDown(page, DESKTOP, 'account-transfers', 'transfers-running');
  await fits(page, DESKTOP);

  // It goes on without the page, and is found there again.
  await page.goto(`${given.url}/upload`);
  await openTransfers(page);
  await untilState(page, id, 'running', `Coming: 2 of ${total} pictures`);
  other.let(Infinity);
  await untilState(page, id, 'finished', `Done: ${total} pictures came`);
  assert.equal(await progress.isVisible(), false);
  assert.equal(await entry(page, id).getByTestId('transfer-stop').isVisible(), false);
  await entry(page, id).getByTestId('transfer-open').waitFor();
  await lookDown(page, DESKTOP, 'account-transfers', 'transfers-done');
  await entry(page, id).getByTestId('transfer-open').click();
  const first = await untilPicture(page);
  assert.equal(first, there[0].id, 'pictures keep their ids');
  assert.equal(await textOf(page, 'licence'), there[0].properties.license);
  await lookAt(page, DESKTOP, 'transfers-walk');
  await page.getByTestId('pic-next').click();
  await page.waitForFunction((wanted) => document.documentElement.dataset.picture === wanted, there[1].id, { timeout: PATIENCE });

  // Asked for once more, nothing comes twice.
  await openTransfers(page);
  await page.getByTestId('transfer-address').fill(address);
  await page.getByTestId('transfer-begin').click();
  await untilText(page, 'account-transfers-said', 'You have asked for this sequence');
  assert.equal(await entry(page, id).count(), 1);
  await clean(opened);
});

test('by keyboard alone, a transfer is begun and stopped before anything came', async () => {
  const opened = await open(DESKTOP);
  const { page } = opened;
  const id = idOf(given.elsewhere.sequences[1]);
  other.let(0, /./);
  await openTransfers(page);
  await tabTo(page, 'transfer-address', 3);
  await page.keyboard.type(`${other.url}/api/collections/${id}`);
  await page.keyboard.press('Enter');
  await untilState(page, id, 'waiting', 'Waits for its turn');
  assert.equal(await entry(page, id).getByTestId('transfer-progress').isVisible(), false);
  await tabTo(page, 'transfer-stop');
  await page.keyboard.press('Enter');
  await page.getByTestId('confirm').waitFor();
  assert.equal(await focus(page), 'confirm-no', 'nothing happens by a slip');
  await page.keyboard.press('Escape');
  await page.getByTestId('confirm').waitFor({ state: 'detached' });
  assert.equal(await focus(page), 'transfer-stop', 'back where it was');
  await page.keyboard.press('Enter');
  await tabTo(page, 'confirm-yes', 5);
  await page.keyboard.press('Enter');
  await untilText(page, 'account-transfers-said', 'Stopped.');
  assert.equal(await focus(page), 'account-transfers-said');
  await untilState(page, id, 'failed', 'Stopped; no picture came.');
  assert.equal(await entry(page, id).getByTestId('transfer-open').isVisible(), false);
  other.let(Infinity);
  await lookDown(page, DESKTOP, 'account-transfers', 'transfers-stopped');
  await clean(opened);
});

test('on a phone, in French, what came before it was stopped stays', async () => {
  const opened = await open(PHONE, { language: 'fr' });
  const { page } = opened;
  const [, address] = given.elsewhere.sequences;
  const id = idOf(address);
  // It was stopped before, and may be asked for again: the newest stands above.
  const newest = () => entry(page, id).first();
  other.let(1);
  await openTransfers(page);
  await page.getByTestId('transfer-address').fill(`${other.url}/api/collections/${id}`);
  await page.getByTestId('transfer-begin').tap();
  await untilState(page, id, 'running', /En route : 1 photo sur \d+ est là/);
  await lookDown(page, PHONE, 'account-transfers', 'transfers-running');
  await fits(page, PHONE);
  await newest().getByTestId('transfer-stop').tap();
  await page.getByTestId('confirm').waitFor();
  await lookAt(page, PHONE, 'transfers-stop');
  await fits(page, PHONE);
  await page.getByTestId('confirm-no').tap();
  await page.getByTestId('confirm').waitFor({ state: 'detached' });
  await untilState(page, id, 'running', /En route/);
  await newest().getByTestId('transfer-stop').tap();
  await page.getByTestId('confirm-yes').tap();
  await untilText(page, 'account-transfers-said', 'Arrêté.');
  await untilState(page, id, 'failed', /Arrêté : 1 photo sur \d+ est arrivée/);
  other.let(Infinity);
  await newest().getByTestId('transfer-open').waitFor();
  await lookDown(page, PHONE, 'account-transfers', 'transfers-stopped');
  await fits(page, PHONE);

  // It is here now, if only in part: others cannot have it, and its owner can have the rest.
  const rival = await open(DESKTOP, { token: given.somebody, expected: [/status of 409/] });
  await openTransfers(rival.page);
  await askInVain(rival.page, address, /here already, or on its way here/);
  await lookAt(rival.page, DESKTOP, 'transfers-taken');
  await clean(rival);
  await page.getByTestId('transfer-address').fill(address);
  await page.getByTestId('transfer-begin').tap();
  await untilState(page, id, 'finished', /C’est fait : \d+ photos sont arrivées/);
  await newest().getByTestId('transfer-open').tap();
  await untilPicture(page);
  await clean(opened);
});

/** The paths in an archive that was downloaded. */
async function pathsIn(download) {
  return execFileSync('tar', ['-tf', await download.path()], { encoding: 'utf8' }).trim().split('\n');
}

for (const [device, language, begun, busy] of [
  [DESKTOP, 'en', 'The download begins.', 'The server is busy'],
  [PHONE, 'fr', 'Le téléchargement commence.', 'Le serveur est occupé'],
]) {
  test(`all of an account is downloaded on a ${device.name}`, async () => {
    const opened = await open(device, { language, expected: [/status of 429/] });
    const { page } = opened;
    const { name } = await whoIs(page);
    await openAccount(page);
    await lookDown(page, device, 'account-takeout', 'takeout');
    await fits(page, device);
    const press = async (testId) => {
      if (device === PHONE) return page.getByTestId(testId).tap();
      await tabTo(page, testId);
      return page.keyboard.press('Enter');
    };
    for (const [testId, hasPictures] of [
      ['takeout-all', true],
      ['takeout-bare', false],
    ]) {
      const [download] = await Promise.all([page.waitForEvent('download'), press(testId)]);
      assert.match(download.suggestedFilename(), new RegExp(`^flaneur-${name}-\\d{4}-\\d\\d-\\d\\d\\.tar$`));
      await untilText(page, 'takeout-said', begun);
      const paths = await pathsIn(download);
      assert.equal(paths.at(-1), 'SHA256SUMS', 'it is whole');
      assert.equal(paths.some((path) => path.startsWith('pictures/')), hasPictures);
    }
    assert.equal(new URL(page.url()).pathname, '/account', 'the page stays');
    await lookDown(page, device, 'account-takeout', 'takeout-begun');

    // What is refused is said, and nothing is saved.
    await page.route('**/api/users/me/takeout', (route) => route.fulfill({ status: 429 }));
    await press('takeout-all');
    await untilText(page, 'takeout-trouble', busy);
    assert.equal(await textOf(page, 'takeout-said'), '');
    await lookDown(page, device, 'account-takeout', 'takeout-busy');
    await fits(page, device);
    await clean(opened);
  });
}

test('whoever alone runs the server cannot erase their account', async () => {
  const opened = await open(PHONE, { token: given.token, language: 'fr', expected: [/status of 409/] });
  const { page } = opened;
  const { id, name } = await whoIs(page);
  await openAccount(page);
  await lookDown(page, PHONE, 'account-erase', 'erase');
  await fits(page, PHONE);
  await page.getByTestId('erase-open').tap();
  await page.getByTestId('erase').waitFor();
  await page.getByTestId('erase-name').fill(name);
  await page.getByTestId('erase-yes').tap();
  await untilText(page, 'erase-trouble', 'Personne d’autre n’administre ce serveur');
  await lookAt(page, PHONE, 'erase-refused');
  await fits(page, PHONE);
  await page.getByTestId('erase-no').tap();
  await page.getByTestId('erase').waitFor({ state: 'detached' });
  assert.equal((await whoIs(page)).id, id);
  await clean(opened);
});

test('an account is erased, with its pictures', async () => {
  const opened = await open(DESKTOP, { token: given.somebody, expected: [/ERR_INTERNET_DISCONNECTED/] });
  const { page, context } = opened;
  const { id, name } = await whoIs(page);
  await choose(page, given.uploads[3]);
  await page.getByTestId('upload-start').click();
  const picture = await walkToUpload(page);
  const file = new URL(await page.getByTestId('download').getAttribute('href'), given.url).pathname;
  await untilStatus(file, 200);

  await openAccount(page);
  await tabTo(page, 'erase-open');
  await lookDown(page, DESKTOP, 'account-erase', 'erase');
  await page.keyboard.press('Enter');
  await page.getByTestId('erase').waitFor();
  assert.equal(await focus(page), 'erase-name');
  await page.keyboard.press('Escape');
  await page.getByTestId('erase').waitFor({ state: 'detached' });
  assert.equal(await focus(page), 'erase-open', 'back where it was');
  await page.keyboard.press('Enter');
  await page.getByTestId('erase').waitFor();
  const yes = page.getByTestId('erase-yes');
  for (const typed of ['', `${name} `.toUpperCase(), `${name}.`]) {
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.type(typed);
    await page.keyboard.press('Enter');
    assert.equal(await yes.isDisabled(), true, `${JSON.stringify(typed)} is not its name`);
  }
  await lookAt(page, DESKTOP, 'erase-sure');
  await fits(page, DESKTOP);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(name);
  assert.equal(await yes.isEnabled(), true);

  await context.setOffline(true);
  await page.keyboard.press('Enter');
  await untilText(page, 'erase-trouble', 'The server cannot be reached');
  await lookAt(page, DESKTOP, 'erase-offline');
  await context.setOffline(false);
  assert.equal((await whoIs(page)).id, id, 'nothing happened');
  await tabTo(page, 'erase-yes', 3);
  await page.keyboard.press('Enter');
  await page.getByTestId('account-erased').waitFor();
  assert.equal(await focus(page), 'account-erased');
  await lookAt(page, DESKTOP, 'account-erased');
  await fits(page, DESKTOP);
  assert.equal(await page.getByTestId('account-name').isVisible(), false);
  assert.equal(await whoIs(page), null, 'signed out');
  assert.deepEqual((await context.cookies()).map((cookie) => cookie.name), []);
  for (const path of [`/api/users/${id}`, `/api/pictures/${picture}`, file]) await untilStatus(path, 404);
  await page.keyboard.press('Tab');
  assert.equal(await focus(page), 'erased-home');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/');
  await page.goto(`${given.url}/account`);
  await page.getByTestId('account-sign-in').waitFor();
  await clean(opened);

  // Whoever comes by the old address, or with the old token.
  const stranger = await open(PHONE, { token: null, expected: [/status of 40[14]/] });
  await stranger.page.goto(`${given.url}/#focus=pic&pic=${picture}`);
  await stranger.page.getByText('This picture does not exist, or is no longer public.').first().waitFor();
  await lookAt(stranger.page, PHONE, 'account-erased-picture');
  await stranger.page.goto(`${given.url}/sign-in`);
  await stranger.page.getByTestId('sign-in-token').fill(given.somebody);
  await stranger.page.getByTestId('sign-in-submit').tap();
  await stranger.page.getByText('This token is not valid, or no longer is.').waitFor();
  await clean(stranger);
});
