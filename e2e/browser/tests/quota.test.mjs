// Somebody who has as many pictures as they may have, and somebody who has none: what they see of that.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible } from '../accessible.mjs';
import { DESKTOP, PHONE, given, launch, lookAt, openPage, signIn } from '../browser.mjs';
import { clean, fits } from '../reporting.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function open(device, token, language, expected = []) {
  const opened = await openPage(browser, device, { expected });
  await opened.page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  await signIn(opened.page, token);
  return opened;
}

for (const [device, language, said, refused] of [
  [DESKTOP, 'en', /no room for more.*3 pictures.*You may have 3 pictures\./, 'no room for more'],
  [PHONE, 'fr', /plus de place.*3 photos.*Vous pouvez en avoir 3\./, 'plus de place'],
]) {
  test(`who has no room is told before and after sending on a ${device.name}`, async () => {
    const opened = await open(device, given.account, language, [/status of 422/]);
    const { page } = opened;
    await page.goto(`${given.url}/account#account-usage`);
    await page.getByTestId('usage').waitFor();
    assert.equal(await page.getByTestId('usage-bar').getAttribute('value'), '1');
    await page.getByTestId('account-usage').evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await lookAt(page, device, 'quota-account');

    await page.goto(`${given.url}/upload`);
    const notice = page.getByTestId('upload-room');
    await notice.waitFor();
    assert.match(await notice.textContent(), said);
    assert.equal(await notice.getByRole('link').getAttribute('href'), '/pictures');
    await accessible(page);
    await fits(page, device);
    await lookAt(page, device, 'quota-upload');
    await page.getByTestId('upload-input').setInputFiles(given.uploads[0].path);
    await page.getByTestId('upload-start').click();
    await page.locator('.problem[role=alert]').filter({ hasText: refused }).waitFor();
    await lookAt(page, device, 'quota-refused');
    await clean(opened);
  });
}

test('who has room is told only on the page of their account', async () => {
  const opened = await open(DESKTOP, given.somebody, 'en');
  const { page } = opened;
  await page.goto(`${given.url}/account#account-usage`);
  await page.getByTestId('usage').filter({ hasText: '0 pictures, 0 byte. You may have 3 pictures.' }).waitFor();
  assert.equal(await page.getByTestId('usage-bar').getAttribute('value'), '0');
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('upload-input').waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle');
  assert.equal(await page.getByTestId('upload-room').count(), 0);
  await clean(opened);
});
