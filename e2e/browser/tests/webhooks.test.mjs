// Programs that are told of changes: made, tried, resumed and removed on the page of an account.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { DESKTOP, PHONE, given, launch, lookAt, openPage, signIn } from '../browser.mjs';
import { clean, fits, focus, tabTo } from '../reporting.mjs';

let browser;
/** A program that is told; it answers with `status`, and keeps what came. */
const program = { status: 204, letters: [], server: null, url: '' };

before(async () => {
  program.server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    program.letters.push({ headers: request.headers, body });
    response.writeHead(program.status).end();
  });
  program.server.listen(0, '127.0.0.1');
  await once(program.server, 'listening');
  program.url = `http://127.0.0.1:${program.server.address().port}/flaneur`;
  browser = await launch();
});
after(async () => {
  program.server?.close();
  await browser?.close();
});

async function open(device, language, expected = []) {
  const opened = await openPage(browser, device, { expected });
  await opened.page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  await signIn(opened.page, given.account);
  await opened.page.goto(`${given.url}/account#account-webhooks`);
  await opened.page.getByTestId('webhook-make').waitFor();
  await opened.page.waitForFunction(() => document.activeElement?.id === 'account-webhooks');
  return opened;
}

const untilText = (page, testId, text) => page.getByTestId(testId).filter({ hasText: text }).waitFor();

async function look(page, device, name) {
  await page.getByTestId('account-webhooks').evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await lookAt(page, device, name);
}

/** Whether a letter is signed with the secret, as standardwebhooks.com has it. */
function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return headers['webhook-signature'].split(' ').includes(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
}

test('by keyboard alone, a webhook is made, tried and removed', async () => {
  const opened = await open(DESKTOP, 'en', [/status of 400/]);
  const { page } = opened;
  const press = async (testId) => {
    await tabTo(page, testId);
    await page.keyboard.press('Enter');
  };
  await untilText(page, 'webhooks-none', 'You have no webhooks.');
  await look(page, DESKTOP, 'webhooks-none');
  await press('webhook-make');
  await press('webhook-submit');
  await page.getByText('Say where the program is.').waitFor();
  assert.equal(await focus(page), 'webhook-url');
  await page.keyboard.type('http://192.168.1.1/flaneur');
  await press('webhook-submit');
  await page.locator('.problem', { hasText: '192.168.1.1' }).waitFor();
  await look(page, DESKTOP, 'webhooks-refused');

  await page.getByTestId('webhook-url').fill(program.url);
  for (const kind of ['published', 'edited', 'redacted', 'hidden', 'deleted']) {
    await tabTo(page, `webhook-kind-${kind}`);
    await page.keyboard.press('Space');
  }
  await press('webhook-submit');
  await page.getByText('Choose at least one thing').waitFor();
  assert.equal(await focus(page), 'webhook-kind-published');
  await page.keyboard.press('Space');
  await tabTo(page, 'webhook-kind-deleted');
  await page.keyboard.press('Space');
  await press('webhook-submit');
  await page.getByTestId('webhook-fresh').waitFor();
  await page.getByRole('heading', { name: /^The webhook of 127\.0\.0\.1:\d+ is ready$/ }).waitFor();
  const secret = await page.getByTestId('webhook-secret').inputValue();
  await press('webhook-secret-copy');
  await untilText(page, 'webhook-secret-copied', 'Secret copied');
  await look(page, DESKTOP, 'webhooks-fresh');
  await press('webhook-done');
  assert.equal(await page.getByTestId('webhook-secret').count(), 0);
  await untilText(page, 'account-webhooks-said', 'is in the list');
  await page.getByText('Is told only of what is published and deleted').waitFor();

  await press('webhook-test');
  await untilText(page, 'webhook-outcome', 'The test arrived.');
  assert.equal(program.letters.length, 1);
  assert.equal(isSigned(program.letters[0], secret), true, 'with the secret that was shown');
  program.status = 503;
  await page.keyboard.press('Enter');
  await untilText(page, 'webhook-outcome', 'The test did not arrive. It answered 503');
  program.status = 204;
  await look(page, DESKTOP, 'webhooks-tried');

  await press('webhook-remove');
  await page.getByTestId('confirm').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.getByTestId('webhook-entry').count(), 1, 'it was thought better of');
  await press('webhook-remove');
  await press('confirm-yes');
  await untilText(page, 'account-webhooks-said', 'is removed');
  await untilText(page, 'webhooks-none', 'You have no webhooks.');
  await clean(opened);
});

test('on a phone, in French, one that fails says so and is tried again', async () => {
  const headers = { Authorization: `Bearer ${given.account}`, 'Content-Type': 'application/json' };
  const made = await fetch(`${given.url}/api/webhooks`, { method: 'POST', headers, body: JSON.stringify({ url: program.url }) });
  const webhook = await made.json();
  // What the server says after hours of trouble.
  const failing = { ...webhook, secret: undefined, status: 'stopped', message: 'It answered 503' };
  const opened = await openPage(browser, PHONE);
  const { page } = opened;
  let isShown = true;
  await page.route('**/api/webhooks', (route) => (isShown ? route.fulfill({ json: { webhooks: [failing] } }) : route.continue()));
  await page.addInitScript(() => localStorage.setItem('flaneur.language', 'fr'));
  await signIn(page, given.account);
  await page.goto(`${given.url}/account#account-webhooks`);
  await untilText(page, 'webhook-state', 'si longtemps que ce serveur n’essaie plus');
  await page.getByText('It answered 503').waitFor();
  await look(page, PHONE, 'webhooks-stopped');
  await fits(page, PHONE);
  isShown = false;
  await page.getByTestId('webhook-resume').tap();
  await untilText(page, 'account-webhooks-said', 'est prévenu de ce qu’il a manqué');
  await untilText(page, 'webhook-state', 'Rien n’a encore été remis.');
  assert.equal(await page.getByTestId('webhook-resume').count(), 0);
  await look(page, PHONE, 'webhooks-resumed');
  const removed = await fetch(`${given.url}/api/webhooks/${webhook.id}`, { method: 'DELETE', headers });
  assert.equal(removed.status, 204);
  await clean(opened);
});
