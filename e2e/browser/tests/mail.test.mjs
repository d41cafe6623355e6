// Where somebody is written to about their pictures: given on the page of their account, confirmed or refused by whoever reads mails there.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { accessible } from '../accessible.mjs';
import { DESKTOP, PATIENCE, PHONE, given, launch, lookAt, openPage, signIn } from '../browser.mjs';
import { clean, fits, focus, tabTo } from '../reporting.mjs';
import { assertStructured } from '../told.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function openAccount(device, language, expected = []) {
  const opened = await openPage(browser, device, { expected });
  const { page } = opened;
  await page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  await signIn(page, given.account);
  await page.goto(`${given.url}/account#account-mail`);
  await page.getByTestId('mail-state').waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'account-mail');
  return opened;
}

const untilText = (page, testId, text) => page.getByTestId(testId).filter({ hasText: text }).waitFor();

async function press(page, testId) {
  await tabTo(page, testId);
  await page.keyboard.press('Enter');
}

/** The fragment of the link in the first mail to an address. */
async function keyMailedTo(address) {
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    const mails = (await readFile(given.mails, 'utf8')).split('\n').slice(0, -1).map(JSON.parse);
    const mail = mails.find(({ to }) => to.includes(address));
    if (mail !== undefined) return /\/mail(#\S+)/.exec(mail.text)[1];
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`no mail comes to ${address}`);
}

test('by keyboard alone, an address is given, confirmed and taken away', async () => {
  const opened = await openAccount(DESKTOP, 'en', [/status of 400/]);
  const { page } = opened;
  await untilText(page, 'mail-state', 'You are not written to.');
  assert.equal(await page.getByTestId('mail-drop').count(), 0, 'there is nothing to take away');

  await tabTo(page, 'mail-address');
  await page.keyboard.type('grace@localhost');
  await page.keyboard.press('Enter');
  await page.getByTestId('account-mail').getByRole('alert').filter({ hasText: 'ada@example.org' }).waitFor();
  assert.equal(await focus(page), 'mail-address');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('grace@example.org');
  await page.keyboard.press('Enter');
  await untilText(page, 'account-mail-said', 'A mail with a link goes to grace@example.org.');
  await untilText(page, 'mail-state', 'grace@example.org is not confirmed yet');
  await accessible(page);
  await page.getByTestId('account-mail').evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await lookAt(page, DESKTOP, 'mail-waits');

  // Whoever opens the link need not be signed in; nothing is done before they say so.
  const fresh = await openPage(browser, DESKTOP, { expected: [] });
  const link = fresh.page;
  await link.goto(`${given.url}/mail${await keyMailedTo('grace@example.org')}`);
  await link.getByTestId('mail-confirm').waitFor();
  await assertStructured(link, '/mail');
  await accessible(link);
  await lookAt(link, DESKTOP, 'mail-link');
  await page.reload();
  await untilText(page, 'mail-state', 'is not confirmed yet');
  await press(link, 'mail-confirm');
  await untilText(link, 'mail-said', 'You are written to at grace@example.org.');
  assert.equal(await focus(link), 'mail-said');
  await lookAt(link, DESKTOP, 'mail-confirmed');
  await clean(fresh);

  await page.reload();
  await untilText(page, 'mail-state', 'You are written to at grace@example.org.');
  await press(page, 'mail-drop');
  await untilText(page, 'account-mail-said', 'Nothing is sent to grace@example.org any more.');
  await untilText(page, 'mail-state', 'You are not written to.');
  await clean(opened);
});

test('on a phone, whoever got a link by mistake refuses, and it holds no more', async () => {
  const opened = await openAccount(PHONE, 'fr', [/status of 404/]);
  const { page } = opened;
  await page.getByTestId('mail-address').fill('margaret@example.org');
  await page.getByTestId('mail-give').tap();
  await untilText(page, 'mail-state', 'margaret@example.org');
  await fits(page, PHONE);
  await page.getByTestId('account-mail').evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await lookAt(page, PHONE, 'mail-waits');

  const key = await keyMailedTo('margaret@example.org');
  await page.goto(`${given.url}/mail`);
  await page.getByTestId('mail-problem').waitFor();
  assert.equal(await page.getByTestId('mail-confirm').count(), 0, 'a link without its key leads to nothing');
  await lookAt(page, PHONE, 'mail-incomplete');
  await page.goto(`${given.url}/mail${key}`);
  await page.getByTestId('mail-refuse').waitFor();
  await fits(page, PHONE);
  await lookAt(page, PHONE, 'mail-link');
  await page.getByTestId('mail-refuse').tap();
  await page.getByTestId('mail-said').waitFor();

  await page.reload();
  await page.getByTestId('mail-confirm').tap();
  await untilText(page, 'mail-said', 'sept jours');
  assert.equal(await page.getByTestId('mail-refuse').count(), 0, 'nothing is left to say');
  await lookAt(page, PHONE, 'mail-too-late');
  await page.goto(`${given.url}/account#account-mail`);
  await page.getByTestId('mail-state').waitFor();
  assert.equal(await page.getByTestId('mail-drop').count(), 0, 'the address is taken away');
  await clean(opened);
});
