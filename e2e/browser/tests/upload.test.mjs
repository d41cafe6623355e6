// Sending pictures over a line that breaks, from a page that is closed in the middle, by keyboard, in two languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DESKTOP, PATIENCE, PHONE, given, launch, screenshot } from '../browser.mjs';
import { clean } from '../reporting.mjs';
import { LOST, filesOnServer, openUpload, slow } from '../sending.mjs';

/** Bytes a second: slow enough that a file of a few megabytes is under way when the line breaks. */
const SLOW = 250_000;

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const row = (page, name) => page.getByTestId('upload-row').filter({ hasText: name });
const paths = (files) => files.map(({ path }) => path);

/** Waits until so much of a file is sent, percent. */
const untilSent = (page, name, percent) =>
  page.waitForFunction(
    ([wanted, least]) =>
      [...document.querySelectorAll('[data-testid=upload-row][data-state=sending]')].some(
        (each) =>
          each.querySelector('.row-name').textContent === wanted && each.querySelector('progress').value * 100 >= least,
      ),
    [name, percent],
    { timeout: PATIENCE, polling: 50 },
  );

const untilDone = (page) => page.getByTestId('upload-done').waitFor({ timeout: 2 * PATIENCE });

test('a line that breaks and a page that is reloaded lose nothing, and send nothing twice', async () => {
  const opened = await openUpload(browser, DESKTOP, { expected: LOST });
  const { page, context } = opened;
  const { walk } = given.sending;
  const [first, second] = walk;
  const begun = [];
  let [offsets, set] = [0, ''];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    set = /upload_sets\/([^/]+)\//.exec(pathname)?.[1] ?? set;
    if (request.method() === 'POST' && pathname.endsWith('/tus')) begun.push(request.headers()['upload-metadata']);
    if (request.method() === 'PATCH' && request.headers()['upload-offset'] !== '0') offsets += 1;
  });
  page.on('dialog', (dialog) => dialog.accept());
  await slow(page, SLOW);
  await page.getByTestId('upload-input').setInputFiles(paths(walk));
  await page.getByTestId('upload-start').click();

  await untilSent(page, first.name, 20);
  await context.setOffline(true);
  await page.getByTestId('upload-banner').waitFor();
  assert.match(await page.getByTestId('upload-banner').textContent(), /No network/);
  await screenshot(page, 'desktop-upload-offline');
  await context.setOffline(false);
  await slow(page, SLOW);
  await untilSent(page, first.name, 40);

  // The line breaks without the browser's noticing.
  let broken = 0;
  await page.route('**/tus/*', (route) => {
    if (route.request().method() !== 'HEAD' || broken > 0) return route.fallback();
    broken += 1;
    return route.abort('connectionreset');
  });
  const failure = page.waitForEvent('requestfailed', { predicate: (request) => request.method() === 'HEAD', timeout: PATIENCE });
  await page.getByTestId('upload-pause').click();
  await page.getByTestId('upload-resume').click();
  await failure;
  assert.equal(broken, 1, 'the line broke');
  await page.locator('[data-testid=upload-row][data-state=sending]').first().waitFor();
  await untilSent(page, second.name, 20);

  await page.reload();
  await page.getByTestId('upload-offer').waitFor();
  assert.match(await page.getByTestId('upload-offer-figures').textContent(), /5 files were chosen/);
  await screenshot(page, 'desktop-upload-offer');
  await slow(page, 0);
  await page.getByTestId('upload-input').setInputFiles(paths(walk));
  await page.getByTestId('upload-start').click();
  await untilDone(page);
  await screenshot(page, 'desktop-upload-done');

  const there = await filesOnServer(set);
  const known = (file) => `${file.file_name ?? file.name} ${file.size}`;
  assert.deepEqual(there.map(known).sort(), walk.map(known).sort(), 'each file once, as it was');
  assert.deepEqual([...new Set(there.map(({ state }) => state))], ['published']);
  assert.equal(begun.length, 2, 'each large file was begun once');
  assert.ok(offsets >= 3, `it went on within files: ${offsets}`);
  assert.ok(second.size > 1 << 20, 'the large ones are large');

  // The same files once more make no second picture.
  await page.getByTestId('upload-again').click();
  await page.getByTestId('upload-input').setInputFiles(paths(walk.slice(2)));
  await page.getByTestId('upload-start').click();
  await untilDone(page);
  assert.equal(await page.locator('[data-category=known]').count(), 3);
  await clean(opened);
});

const WORDS = {
  en: { refused: /neither a position nor a date and time\. Add them/, twice: /sent before in another upload; nothing to do/, good: /Published/ },
  fr: { refused: /ni position, ni date, ni heure/, twice: /déjà été envoyée dans un autre envoi ; rien à faire/, good: /Publiée/ },
};

for (const [language, device] of [['en', DESKTOP], ['fr', PHONE]]) {
  test(`each file has its reason, in ${language}`, async () => {
    const opened = await openUpload(browser, device, { language, expected: [/status of 4(00|09|22)/] });
    const { page } = opened;
    const { refused, twice, good } = given.sending;
    await page.getByTestId('upload-input').setInputFiles(paths([refused, twice, good[language]]));
    await page.getByTestId('upload-start').click();
    await untilDone(page);
    await page.getByTestId('upload-filter-all').click();
    const words = WORDS[language];
    assert.match(await row(page, refused.name).textContent(), words.refused);
    assert.match(await row(page, twice.name).textContent(), words.twice);
    assert.match(await row(page, good[language].name).textContent(), words.good);
    assert.match(await row(page, good[language].name).textContent(), /\d\d?[:h]\d\d/, 'and when');
    await page.getByTestId('upload-filter-problem').click();
    await row(page, twice.name).waitFor({ state: 'detached' });
    assert.equal(await page.getByTestId('upload-row').count(), 1);
    await screenshot(page, `${device.name}-upload-problems-${language}`);
    await clean(opened);
  });
}

test('by keyboard alone', async () => {
  const opened = await openUpload(browser, DESKTOP);
  const { page } = opened;
  const { keys } = given.sending;
  const focused = () => page.evaluate(() => document.activeElement?.dataset.testid ?? document.activeElement?.textContent);
  const tabTo = async (testId) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await focused()) === testId) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab does not lead to ${testId}, but to ${await focused()}`);
  };
  await page.getByTestId('upload-input').setInputFiles(paths(keys));
  await page.getByTestId('upload-row').nth(2).waitFor();
  await slow(page, 20_000);
  await tabTo('upload-start');
  await page.keyboard.press('Enter');
  await page.getByTestId('upload-pause').waitFor();
  assert.equal(await focused(), 'upload-pause', 'the focus goes where something can be done');
  await page.keyboard.press('Enter');
  await page.getByTestId('upload-resume').waitFor();
  assert.equal(await focused(), 'upload-resume');
  assert.match(await page.getByTestId('upload-said').textContent(), /Paused/);
  await slow(page, 0);
  await page.keyboard.press('Space');
  await untilDone(page);
  assert.match(await page.getByTestId('upload-said').textContent(), /3 pictures are published/);
  await tabTo('upload-filter-published');
  await page.keyboard.press('Enter');
  assert.equal(await page.getByTestId('upload-filter-published').getAttribute('aria-pressed'), 'true');
  assert.equal(await page.getByTestId('upload-row').count(), 3);
  await clean(opened);
});
