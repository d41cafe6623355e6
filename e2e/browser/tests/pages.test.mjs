// What administrators write for everybody: terms of service that one agrees to before uploading, and a banner.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DESKTOP, PATIENCE, PHONE, given, launch, lookAt, openPage, signIn } from '../browser.mjs';
import { clean, fits, focus, tabTo } from '../reporting.mjs';

const HOSTILE = `<script>window.attacked = 'script'</script><img src="x" onerror="window.attacked = 'img'">
<svg onload="window.attacked = 'svg'"></svg><a href="javascript:window.attacked='link'">a trap</a>
<iframe srcdoc="<script>parent.attacked = 'frame'</script>"></iframe><style>body { display: none }</style>
<form action="/api/auth/session"><input name="token" autofocus onfocus="window.attacked = 'focus'"></form>`;

/** What Chromium remarks of a handler in a text that is only parsed: that the site's policy would forbid it. */
const REMARKED = /Executing inline event handler violates the following Content Security Policy/;

const TERMS = {
  en: `<h1>Terms of service</h1>
<p>Flaneur shows streets to everybody. Send pictures that you took yourself, from where the public may go, and that you may publish.</p>
<h2>What you send</h2>
<ul><li>You keep your rights. You let everybody use the pictures under the licence of this site.</li>
<li>Faces and number plates are <strong>taken out</strong> before anybody sees them.</li></ul>
<h2>What we keep</h2>
<table><tr><th>What</th><th>For how long</th></tr><tr><td>Pictures</td><td>Until you delete them</td></tr><tr><td>Your name</td><td>As long as you have an account</td></tr></table>
<p>Questions? Write to <a href="mailto:streets@example.org">streets@example.org</a>, or <a href="https://example.org/faq">see what others asked</a>.</p>`,
  fr: `<h1>Conditions d’utilisation</h1>
<p>Flaneur montre les rues à tous. Envoyez des photos que vous avez prises vous-même, là où le public peut aller.</p>
<h2>Ce que vous envoyez</h2><p>Vous gardez vos droits ; chacun peut utiliser les photos selon la licence de ce site.</p>`,
};

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A page that is asked nothing, unless it is said what to answer. */
async function open(device, { token = null, language = 'en', expected = [] } = {}) {
  const opened = await openPage(browser, device, { expected });
  const { page, troubles } = opened;
  opened.asked = [];
  opened.answer = null;
  page.on('dialog', (dialog) => {
    opened.asked.push(dialog.message());
    if (opened.answer === null) troubles.push(`dialog: ${dialog.message()}`);
    return opened.answer === true ? dialog.accept() : dialog.dismiss();
  });
  await page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  if (token !== null) await signIn(page, token);
  return opened;
}

const textOf = (page, testId) => page.getByTestId(testId).textContent();
const isThere = async (page, testId) => (await page.getByTestId(testId).count()) > 0;

async function openMenu(page) {
  await page.locator('.menu > summary').click();
}

async function unharmed(page) {
  assert.equal(await page.evaluate(() => window.attacked), undefined, 'nothing ran');
  const bad = 'main :is(script, style, iframe, svg:not(.icon), form[action], [onerror], [onload], [href^=javascript])';
  assert.equal(await page.locator(bad).count(), 0);
}

/** Writes a page over the API. */
async function write(name, language, html) {
  const answer = await fetch(`${given.url}/api/pages/${name}/${language}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${given.token}`, 'Content-Type': 'text/html' },
    body: html,
  });
  assert.ok(answer.ok, `${name}: ${answer.status}`);
}

test('an administrator writes the terms in two languages, and what would run does not', async () => {
  const opened = await open(DESKTOP, { token: given.token, expected: [REMARKED] });
  const { page } = opened;
  await openMenu(page);
  await page.getByTestId('menu-pages').click();
  await page.getByTestId('pages-terms-of-service').getByText('Not written yet').waitFor();
  assert.equal(await page.getByRole('listitem').count(), 4);
  await lookAt(page, DESKTOP, 'pages-none');
  await page.getByTestId('pages-edit-terms-of-service').click();

  await page.getByTestId('page-html').waitFor();
  await page.getByTestId('page-save').click();
  await page.getByText('Write something first.').waitFor();
  assert.equal(await focus(page), 'page-html');
  await page.getByTestId('page-html').fill(TERMS.en + HOSTILE);
  await page.getByTestId('page-preview').getByRole('heading', { name: 'What you send' }).waitFor();
  await page.getByTestId('page-left-out').getByText('script').waitFor();
  assert.match(await textOf(page, 'page-left-out'), /script, onerror, svg, href, iframe, style, form, input/);
  await unharmed(page);
  await lookAt(page, DESKTOP, 'page-writing');
  await fits(page, DESKTOP);
  await page.getByTestId('page-save').click();
  await page.getByTestId('page-saved').getByText('Saved').waitFor();
  const kept = await page.getByTestId('page-html').inputValue();
  assert.doesNotMatch(kept, /attacked|<form|<style/, 'it shows what the server kept');

  await page.getByTestId('page-add-language').click();
  await page.getByTestId('page-new-language').fill('French!');
  await page.getByTestId('page-new-language-open').click();
  await page.getByText('This is no tag of a language.').waitFor();
  assert.equal(await focus(page), 'page-new-language');
  await lookAt(page, DESKTOP, 'page-bad-tag');
  await page.getByTestId('page-new-language').fill(' FR');
  await page.getByTestId('page-new-language-open').click();
  await page.getByText('Text as HTML (Français)').waitFor();
  assert.equal(await page.getByTestId('page-html').inputValue(), '');
  await page.getByTestId('page-html').fill(TERMS.fr);

  // What is not saved is not lost by a slip.
  opened.answer = false;
  await page.getByTestId('page-language-en').click();
  assert.deepEqual(opened.asked, ['What you wrote is not saved. Leave this page all the same?']);
  assert.equal(await page.getByTestId('page-html').inputValue(), TERMS.fr);
  opened.answer = null;
  await page.getByTestId('page-save').click();
  await page.getByTestId('page-saved').getByText('Saved').waitFor();
  await page.getByTestId('page-read').click();

  await page.getByTestId('page-text').getByText('Ce que vous envoyez').waitFor();
  assert.equal(await page.getByTestId('page-text').getAttribute('lang'), 'fr');
  await page.getByTestId('page-language-en').click();
  await page.getByTestId('page-text').getByText('What you send').waitFor();
  assert.equal(await page.getByTestId('page-text').getAttribute('lang'), 'en');
  await lookAt(page, DESKTOP, 'page-administrator');
  await page.goto(`${given.url}/pages`);
  await page.getByTestId('pages-terms-of-service').getByText('Version 1, in English and Français').waitFor();
  await clean(opened);
});

for (const device of [DESKTOP, PHONE]) {
  test(`people read the terms on a ${device.name}, whatever the server sends`, async () => {
    const opened = await open(device, { expected: [REMARKED] });
    const { page } = opened;
    await page.goto(`${given.url}/upload`);
    await openMenu(page);
    await page.getByTestId('menu-terms-of-service').waitFor();
    assert.equal(await isThere(page, 'menu-pages'), false, 'that is for administrators');
    assert.equal(await isThere(page, 'menu-end-user-license-agreement'), false, 'nobody wrote it');
    await lookAt(page, device, 'pages-menu');
    await page.getByTestId('menu-terms-of-service').click();
    await page.getByTestId('page-text').getByText('What you send').waitFor();
    assert.equal(await page.title(), 'Terms of service – Flaneur');
    assert.equal(await isThere(page, 'page-edit'), false);
    await lookAt(page, device, 'page');
    await fits(page, device);
    await unharmed(page);

    // As if the server had let through what it should not.
    await page.route('**/api/pages/terms-of-service/en', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<p>Still here</p>${HOSTILE}` }),
    );
    await page.reload();
    await page.getByTestId('page-text').getByText('Still here').waitFor();
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Terms of service', 'the text has no title of its own');
    await page.getByText('a trap').click();
    await unharmed(page);
    assert.equal(await page.getByTestId('page-text').isVisible(), true);

    for (const nowhere of ['end-user-license-agreement', 'other']) {
      await page.goto(`${given.url}/pages/${nowhere}`);
      await page.getByText('There is no page at this address.').waitFor();
    }
    await page.goto(`${given.url}/pages/terms-of-service?edit`);
    await page.getByTestId('page-refused').waitFor();
    await clean(opened);
  });
}

test('in French, the French text is shown', async () => {
  for (const device of [DESKTOP, PHONE]) {
    const opened = await open(device, { token: given.account, language: 'fr' });
    const { page } = opened;
    await page.goto(`${given.url}/pages/terms-of-service`);
    await page.getByTestId('page-text').getByText('Ce que vous envoyez').waitFor();
    await lookAt(page, device, 'page-fr');
    await page.goto(`${given.url}/upload`);
    await page.getByTestId('terms-ask').waitFor();
    await lookAt(page, device, 'terms-ask-fr');
    await fits(page, device);
    await clean(opened);
  }
});

test('a contributor is asked on a phone, agrees, and uploads', async () => {
  const opened = await open(PHONE, { token: given.account });
  const { page } = opened;
  await page.goto(`${given.url}/account`);
  await page.getByTestId('terms-none').waitFor();
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('terms-ask').waitFor();
  assert.equal(await isThere(page, 'upload-input'), false, 'first things first');
  await lookAt(page, PHONE, 'terms-ask');
  const [text] = await Promise.all([page.context().waitForEvent('page'), page.getByTestId('terms-link').tap()]);
  await text.getByText('What you send').waitFor();
  await text.close();
  await page.getByTestId('terms-agree').tap();
  await page.getByText('Tick that you have read the terms').waitFor();
  assert.equal(await focus(page), 'terms-tick');
  await page.getByTestId('terms-tick').check();
  await page.getByTestId('terms-agree').tap();
  await page.getByTestId('upload-input').waitFor({ state: 'attached' });
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'upload-input');
  await page.getByTestId('upload-input').setInputFiles(given.uploads[0].path);
  await page.getByTestId('upload-start').tap();
  await page.getByTestId('upload-done').waitFor({ timeout: 2 * PATIENCE });

  await page.goto(`${given.url}/account`);
  await page.getByTestId('terms-answer').waitFor();
  assert.match(await textOf(page, 'terms-answer'), /Version 1: agreed/);
  await page.getByTestId('account-terms').scrollIntoViewIfNeeded();
  await lookAt(page, PHONE, 'account-terms');
  await fits(page, PHONE);
  assert.equal(await isThere(page, 'terms-agree'), false, 'that is done');
  await clean(opened);
});

test('who is asked in the middle of it loses nothing', async () => {
  const opened = await open(DESKTOP, { token: given.token, expected: [/status of 403/] });
  const { page } = opened;
  // The page was open before there were terms.
  await page.route('**/api/users/me', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), tos_accepted: true, tos_latest_change_read: true } });
  });
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('upload-input').setInputFiles(given.uploads[1].path);
  await page.getByTestId('upload-start').click();
  await page.getByTestId('terms-ask').waitFor();
  await lookAt(page, DESKTOP, 'terms-midway');
  assert.equal(await page.getByTestId('upload-row').count(), 1, 'what was chosen is still there');
  await page.getByTestId('terms-tick').check();
  await page.getByTestId('terms-agree').click();
  await page.getByTestId('upload-done').waitFor({ timeout: 2 * PATIENCE });
  await clean(opened);
});

test('a change is published and read, by keyboard alone', async () => {
  const boss = await open(DESKTOP, { token: given.token });
  await boss.page.goto(`${given.url}/pages/terms-of-service?edit=en`);
  await boss.page.getByTestId('page-version').getByText('Version 1').waitFor();
  await tabTo(boss.page, 'page-html');
  await boss.page.keyboard.press('Control+Home');
  await boss.page.keyboard.type('<p>Now with more kindness.</p>');
  await tabTo(boss.page, 'page-publish');
  await boss.page.keyboard.press('Enter');
  await boss.page.getByText('Save what you wrote first.').waitFor();
  assert.equal(await focus(boss.page), 'page-html');
  await tabTo(boss.page, 'page-save');
  await boss.page.keyboard.press('Enter');
  await boss.page.getByTestId('page-saved').getByText('Saved').waitFor();
  await tabTo(boss.page, 'page-publish');
  await boss.page.keyboard.press('Enter');
  await boss.page.getByTestId('confirm').waitFor();
  await lookAt(boss.page, DESKTOP, 'page-publish');
  assert.equal(await focus(boss.page), 'confirm-no', 'nothing happens by a slip');
  await tabTo(boss.page, 'confirm-yes', 5);
  await boss.page.keyboard.press('Enter');
  await boss.page.getByTestId('page-saved').getByText('Published as version 2').waitFor();
  assert.equal(await focus(boss.page), 'page-publish');
  await clean(boss);

  const opened = await open(DESKTOP, { token: given.account });
  const { page } = opened;
  await page.goto(`${given.url}/account`);
  await page.getByTestId('account-terms').getByTestId('terms-changed').waitFor();
  await page.getByTestId('account-terms').scrollIntoViewIfNeeded();
  await lookAt(page, DESKTOP, 'account-terms-changed');
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('terms-changed').waitFor();
  assert.equal(await isThere(page, 'upload-input'), true, 'it keeps nobody from uploading');
  await lookAt(page, DESKTOP, 'terms-changed');
  await tabTo(page, 'terms-read');
  await page.keyboard.press('Enter');
  await page.getByTestId('terms-noted').waitFor();
  assert.equal(await focus(page), 'terms-noted');
  await page.reload();
  await page.getByTestId('upload-input').waitFor({ state: 'attached' });
  assert.equal(await isThere(page, 'terms-changed'), false);

  await page.goto(`${given.url}/account`);
  await page.getByText('Version 2: read').waitFor();
  await tabTo(page, 'terms-agree');
  await page.keyboard.press('Enter');
  await page.getByText('Version 2: agreed').waitFor();
  assert.equal(await focus(page), 'account-terms-said');
  await clean(opened);
});

test('a banner is shown above every page until it is closed', async () => {
  const inEnglish = '<h2>Mapping party</h2><p>On Sunday at ten, in front of the town hall. <a href="/upload">Send your pictures</a></p>';
  await write('custom-banner', 'fr', '<p>Cartographions ensemble : dimanche à dix heures, devant la mairie.</p>');
  for (const device of [DESKTOP, PHONE]) {
    await write('custom-banner', 'en', inEnglish);
    const opened = await open(device);
    const { page } = opened;
    for (const path of ['/', '/upload', '/pages/terms-of-service']) {
      await page.goto(`${given.url}${path}`);
      await page.getByRole('region', { name: 'Notice from this site' }).waitFor();
    }
    const headings = await page.getByTestId('banner').getByRole('heading').count();
    assert.equal(headings, 0, 'it has no place among the headings of the page');
    const { id } = (await (await fetch(`${given.url}/api/search?limit=1`)).json()).features[0];
    await page.goto(`${given.url}/#focus=pic&pic=${id}`);
    await page.waitForFunction((wanted) => document.documentElement.dataset.picture === wanted, id, { timeout: PATIENCE });
    await page.getByTestId('banner').waitFor();
    await lookAt(page, device, 'banner');
    await fits(page, device);
    const [banner, header, main] = await Promise.all(['.site-banner', '.header', 'main'].map((each) => page.locator(each).boundingBox()));
    assert.ok(banner.y + banner.height <= header.y + 1 && header.y + header.height <= main.y + 1, 'it covers nothing');
    assert.ok(main.y + main.height <= device.viewport.height + 1, 'and pushes nothing out of sight');
    await page.getByTestId('banner-close').click();
    assert.equal(await isThere(page, 'banner'), false);
    await page.reload();
    await page.locator('.menu').waitFor();
    await page.goto(`${given.url}/pages/terms-of-service`);
    await page.getByTestId('page-text').waitFor();
    assert.equal(await isThere(page, 'banner'), false, 'it stays closed');
    await write('custom-banner', 'en', `<p>Moved to Monday (${device.name}). ${'It is all about the weather. '.repeat(30)}</p>`);
    await page.reload();
    await page.getByTestId('banner').getByText('Moved to Monday').waitFor();
    await lookAt(page, device, 'banner-long');
    await fits(page, device);
    await clean(opened);
  }
  const opened = await open(PHONE, { language: 'fr' });
  await opened.page.goto(`${given.url}/upload`);
  await opened.page.getByTestId('banner').getByText('devant la mairie').waitFor();
  assert.equal(await opened.page.getByTestId('banner').locator('[lang=fr]').count(), 1);
  await lookAt(opened.page, PHONE, 'banner-fr');
  await clean(opened);
});

test('on a phone, in French, an administrator takes the banner away', async () => {
  const opened = await open(PHONE, { token: given.token, language: 'fr' });
  const { page } = opened;
  await page.goto(`${given.url}/pages`);
  await page.getByTestId('pages-custom-banner').waitFor();
  await lookAt(page, PHONE, 'pages-fr');
  await fits(page, PHONE);
  await page.getByTestId('account-name').waitFor();
  for (const language of ['fr', 'en']) {
    await page.goto(`${given.url}/pages/custom-banner?edit=${language}`);
    await page.getByTestId('page-delete').waitFor();
    await lookAt(page, PHONE, `page-writing-${language}`);
    await fits(page, PHONE);
    await page.getByTestId('page-delete').tap();
    await page.getByTestId('confirm').waitFor();
    await lookAt(page, PHONE, `page-delete-${language}`);
    await page.getByTestId('confirm-yes').tap();
    await page.getByText('est supprimé').first().waitFor();
  }
  await page.waitForURL((url) => url.pathname === '/pages');
  await page.getByTestId('banner').waitFor({ state: 'detached' });
  await page.getByTestId('pages-custom-banner').getByText('Pas encore écrite').waitFor();
  await clean(opened);
});
