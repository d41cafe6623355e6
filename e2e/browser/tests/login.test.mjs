// Signing in with accounts elsewhere, and the page of one's account.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { DESKTOP, PHONE, given, launch, lookAt, signIn } from '../browser.mjs';
import { agree, agreeAs, askToSignIn, openAccount, openWithProviders, signOut, untilBack, whoIs } from '../elsewhere.mjs';
import { clean, fits, focus, tabTo } from '../reporting.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const textOf = (page, testId) => page.getByTestId(testId).first().textContent();

/** The section is there, and what was fetched for it. */
async function untilLoaded(page) {
  await page.getByTestId('account-who').waitFor();
  await page.getByTestId('login-entry').or(page.getByTestId('logins-none')).first().waitFor();
  await page.getByTestId('token-make').waitFor();
  await page.getByTestId('pictures-save').waitFor();
}

/** Looks at a part of a long page. */
async function lookDown(page, device, testId, name) {
  await page.getByTestId(testId).scrollIntoViewIfNeeded();
  await page.getByTestId(testId).evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await lookAt(page, device, name);
}

/** Does what is asked before something is done for good. */
async function confirm(page) {
  await page.getByTestId('confirm').waitFor();
  assert.equal(await focus(page), 'confirm-no', 'nothing happens by a slip');
  await page.getByTestId('confirm-yes').click();
}

test('a newcomer gets an account by signing in elsewhere, and comes back to it', async () => {
  // That the last way in stays is an answer of its own, which browsers log; and that nobody is signed in, where the page was not there
  // to see it.
  const opened = await openWithProviders(browser, DESKTOP, { expected: [/status of 40[19]/] });
  const { context, page } = opened;
  await askToSignIn(page, '/reports');
  await lookAt(page, DESKTOP, 'sign-in');
  await fits(page, DESKTOP);
  assert.equal(await page.getByTestId('sign-in-token').isVisible(), false, 'who has a token opens this');
  await page.getByTestId('sign-in-oidc').click();
  await agreeAs(page, 'Ada Lovelace');
  await untilBack(page, '/reports');
  await page.getByTestId('account-name').getByText('Ada Lovelace').waitFor();
  const first = await whoIs(page);
  assert.equal(first.name, 'Ada Lovelace');

  await openAccount(page);
  await untilLoaded(page);
  assert.match(await textOf(page, 'account-who'), /Ada Lovelace/);
  assert.match(await textOf(page, 'login-entry'), /Town library.*As Ada Lovelace.*Last used/);
  assert.equal(await page.getByTestId('login-connect-oidc').count(), 0, 'it is connected');
  assert.equal(await page.getByTestId('login-connect-osm').count(), 1);
  assert.equal(await page.getByTestId('tokens-none').count(), 1);
  await lookAt(page, DESKTOP, 'account');
  await lookDown(page, DESKTOP, 'account-pictures', 'account-pictures');
  await fits(page, DESKTOP);

  await page.getByTestId('login-disconnect').click();
  await page.getByTestId('confirm').waitFor();
  await lookAt(page, DESKTOP, 'account-disconnect');
  await confirm(page);
  await page.getByTestId('confirm-trouble').getByText('Without it you could not come back').waitFor();
  assert.equal(await focus(page), 'confirm-yes');
  await lookAt(page, DESKTOP, 'account-last-way');
  await page.getByTestId('confirm-no').click();
  assert.equal(await focus(page), 'login-disconnect', 'back where it was');

  await signOut(page);
  // Asked there whether to sign out there, too: here nobody is signed in any more.
  await page.getByTestId('elsewhere-sign-out').waitFor();
  const signedIn = async () => (await context.request.get(`${given.url}/api/users/me`)).status() === 200;
  assert.equal(await signedIn(), false);
  await page.getByTestId('elsewhere-stay').click();
  await untilBack(page, '/account');
  await page.getByTestId('account-sign-in').waitFor();
  await lookAt(page, DESKTOP, 'account-signed-out');
  await askToSignIn(page, '/account');
  await page.getByTestId('sign-in-oidc').click();
  await agree(page);
  await untilBack(page, '/account');
  await untilLoaded(page);
  assert.equal((await whoIs(page)).id, first.id, 'the same account');

  await page.goto(`${given.url}/api/auth/logout?next_url=%2Freports`);
  await page.getByTestId('elsewhere-sign-out').click();
  await untilBack(page, '/reports');
  assert.equal(await signedIn(), false);
  await askToSignIn(page, '/reports');
  await page.getByTestId('sign-in-oidc').click();
  await page.getByTestId('elsewhere-name').waitFor();
  await clean(opened);
});

test('who says no elsewhere is told so, and may try again', async () => {
  const opened = await openWithProviders(browser, DESKTOP);
  const { page } = opened;
  await askToSignIn(page, '/reports');
  await page.getByTestId('sign-in-oidc').click();
  await page.getByTestId('elsewhere-no').click();
  await untilBack(page, '/sign-in');
  assert.match(await textOf(page, 'sign-in-problem'), /you did not agree/);
  assert.equal(new URL(page.url()).searchParams.get('next'), '/reports', 'the page asked for is not forgotten');
  await lookAt(page, DESKTOP, 'sign-in-denied');
  await page.getByTestId('sign-in-oidc').click();
  await agreeAs(page, 'Grace Hopper');
  await untilBack(page, '/reports');

  // What a browser comes back with that never left is worth nothing.
  await page.goto(`${given.url}/api/auth/redirect?code=x&state=y`);
  await untilBack(page, '/sign-in');
  assert.match(await textOf(page, 'sign-in-problem'), /took too long, or it began in another browser/);
  await page.getByText('You are signed in as Grace Hopper').waitFor();
  await lookAt(page, DESKTOP, 'sign-in-expired');
  await clean(opened);
});

test('on a phone, with OpenStreetMap', async () => {
  const opened = await openWithProviders(browser, PHONE);
  const { page } = opened;
  await askToSignIn(page, '/account');
  await lookAt(page, PHONE, 'sign-in');
  await fits(page, PHONE);
  await page.getByTestId('sign-in-with-token').tap();
  await page.getByTestId('sign-in-token').waitFor();
  await lookAt(page, PHONE, 'sign-in-token');
  await page.getByTestId('sign-in-osm').tap();
  // As long as names there may be.
  const name = 'map_maker '.repeat(6).trim();
  await agreeAs(page, name);
  await untilBack(page, '/account');
  await untilLoaded(page);
  assert.match(await textOf(page, 'login-entry'), /OpenStreetMap.*As map_maker/);
  await lookAt(page, PHONE, 'account');
  await fits(page, PHONE);

  await page.getByTestId('token-make').tap();
  await page.getByTestId('token-description').fill('Bicycle');
  await page.getByTestId('token-extent-some').check();
  assert.equal(await page.getByTestId('token-scope-moderate').count(), 0, 'that is for administrators');
  assert.equal(await page.getByTestId('token-scope-read').isChecked(), true);
  assert.equal(await page.getByTestId('token-scope-read').isDisabled(), true, 'every token may');
  await page.getByTestId('token-scope-upload').check();
  await lookDown(page, PHONE, 'account-tokens', 'account-token-form');
  await page.getByTestId('token-submit').tap();
  await page.getByTestId('token-fresh').waitFor();
  await lookDown(page, PHONE, 'account-tokens', 'account-token-fresh');
  await fits(page, PHONE);

  await page.getByTestId('pictures-seen-owner-only').check();
  await page.getByTestId('pictures-corrected-no').check();
  await page.getByTestId('pictures-save').tap();
  await page.getByTestId('pictures-saved').getByText('Saved').waitFor();
  await lookDown(page, PHONE, 'account-pictures', 'account-pictures');
  await page.reload();
  await untilLoaded(page);
  const { default_visibility, collaborative_metadata } = await whoIs(page);
  assert.deepEqual([default_visibility, collaborative_metadata], ['owner-only', false]);
  assert.equal(await page.getByTestId('pictures-seen-owner-only').isChecked(), true);
  assert.equal(await page.getByTestId('pictures-corrected-no').isChecked(), true);
  await clean(opened);
});

test('who has a token connects a login, and makes a token that may do little', async () => {
  const opened = await openWithProviders(browser, DESKTOP);
  const { context, page } = opened;
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page);
  await openAccount(page);
  await untilLoaded(page);
  const { id } = await whoIs(page);
  await page.getByText('You are an administrator').waitFor();
  assert.equal(await page.getByTestId('logins-none').count(), 1);
  await lookAt(page, DESKTOP, 'account-administrator');

  await page.getByTestId('login-connect-osm').click();
  await agreeAs(page, 'boss');
  await untilBack(page, '/account');
  await untilLoaded(page);
  assert.match(await textOf(page, 'login-entry'), /OpenStreetMap.*As boss/);

  // A login leads to one account.
  await page.getByTestId('login-connect-oidc').click();
  await agreeAs(page, 'Ada Lovelace');
  await untilBack(page, '/sign-in');
  assert.match(await textOf(page, 'sign-in-problem'), /connected with another account/);
  await lookAt(page, DESKTOP, 'sign-in-taken');
  await page.getByRole('link', { name: 'Continue' }).click();
  await untilLoaded(page);

  await page.getByTestId('token-make').click();
  await page.getByTestId('token-submit').click();
  await page.getByText('Say what it is for.').waitFor();
  assert.equal(await focus(page), 'token-description');
  await page.getByTestId('token-description').fill('Tablet <b>in the car</b>');
  await page.getByTestId('token-expires').selectOption({ label: '30 days' });
  await page.getByTestId('token-extent-some').check();
  await page.getByTestId('token-scope-upload').check();
  assert.equal(await page.getByTestId('token-scope-moderate').isVisible(), true);
  await lookDown(page, DESKTOP, 'account-tokens', 'account-token-form');
  await page.getByTestId('token-submit').click();
  const secret = await page.getByTestId('token-secret').inputValue();
  await page.waitForFunction(() => document.activeElement?.textContent?.includes('is ready'));
  await page.getByTestId('token-secret-copy').click();
  await page.getByTestId('token-secret-copied').getByText('Token copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await lookDown(page, DESKTOP, 'account-tokens', 'account-token-fresh');
  const entry = page.getByTestId('token-entry').filter({ hasText: 'Tablet <b>in the car</b>' });
  assert.match(await entry.textContent(), /May only see what you see and send pictures.*Expires/);
  await page.getByTestId('token-done').click();
  assert.equal(await page.getByTestId('token-secret').count(), 0);
  assert.equal(await focus(page), 'account-tokens-said');

  const asToken = (path, init = {}) =>
    fetch(`${given.url}/api${path}`, { ...init, headers: { Authorization: `Bearer ${secret}` } });
  assert.equal((await (await asToken('/users/me')).json()).id, id);
  assert.equal((await asToken('/users/me/tokens', { method: 'POST' })).status, 403, 'it makes no other token');
  const other = await openWithProviders(browser, DESKTOP, { expected: [/status of 403/] });
  await other.page.goto(`${given.url}/sign-in`);
  await other.page.getByTestId('sign-in-with-token').click();
  await other.page.getByTestId('sign-in-token').fill(secret);
  await other.page.getByTestId('sign-in-submit').click();
  await other.page.getByText('it signs nobody in').waitFor();
  assert.equal(await focus(other.page), 'sign-in-token');
  await lookAt(other.page, DESKTOP, 'sign-in-restricted');
  await clean(other);

  await entry.getByTestId('token-revoke').click();
  await page.getByTestId('confirm').waitFor();
  await lookAt(page, DESKTOP, 'account-revoke');
  await confirm(page);
  await page.getByText('is revoked.').waitFor();
  assert.equal(await focus(page), 'account-tokens-said');
  await entry.waitFor({ state: 'detached' });
  await lookDown(page, DESKTOP, 'account-tokens', 'account-revoked');
  assert.equal((await asToken('/users/me')).status, 401);

  // With the token that it began with, it is not the last way in.
  await page.getByTestId('login-disconnect').click();
  await confirm(page);
  await page.getByText('OpenStreetMap is no longer connected.').waitFor();
  await page.getByTestId('login-connect-osm').waitFor();

  // Who came with a token signs out of nothing else.
  await signOut(page);
  await page.getByTestId('account-sign-in').waitFor();
  await clean(opened);
});

test('whoever lets a program act for them sees what it asks for', async () => {
  const opened = await openWithProviders(browser, PHONE, { expected: [/status of 404/] });
  const { page } = opened;
  await signIn(page);
  const ask = async (query) => (await fetch(`${given.url}/api/auth/tokens/generate?${query}`, { method: 'POST' })).json();
  const asTheProgram = ({ jwt_token }, path, init = {}) =>
    fetch(`${given.url}/api${path}`, { ...init, headers: { Authorization: `Bearer ${jwt_token}` } });

  const little = await ask('description=Bicycle%20%3Cb%3Ecamera&scopes=upload&expires_at=2035-06-01T12:00:00Z');
  await page.goto(little.links[0].href);
  await page.getByTestId('claim-calls').getByText('It calls itself “Bicycle <b>camera”.').waitFor();
  const asks = await page.getByTestId('claim-asks').locator('li').allTextContents();
  assert.deepEqual(asks.slice(0, 2), ['See what you see (every token may)', 'Send pictures']);
  assert.equal(asks.length, 3);
  assert.match(asks[2], /^Until .*2035/);
  await lookAt(page, PHONE, 'claim');
  await fits(page, PHONE);
  assert.equal((await asTheProgram(little, '/users/me')).status, 403, 'nothing is allowed by looking');
  await page.getByTestId('claim-allow').tap();
  await page.getByTestId('claim-done').waitFor();
  assert.equal((await (await asTheProgram(little, '/users/me')).json()).id, (await whoIs(page)).id);
  assert.equal((await asTheProgram(little, '/users/me/tokens', { method: 'POST' })).status, 403, 'it may send pictures');

  // As clients of Panoramax ask.
  const much = await ask('description=');
  await page.goto(much.links[0].href);
  await page.getByTestId('claim-allow').waitFor();
  const all = await page.getByTestId('claim-asks').locator('li').allTextContents();
  assert.deepEqual(all, ['Everything that you may do', 'Until you revoke it on the page of your account']);
  assert.equal(await page.getByTestId('claim-calls').count(), 0, 'it says no name');
  await page.goto(`${given.url}/claim?token=${randomUUID()}`);
  await page.getByTestId('claim-problem').getByText('has run out').waitFor();
  await clean(opened);
});

test('a server without newcomers says what to do', async () => {
  const { closed: url } = given.elsewhere;
  const opened = await openWithProviders(browser, DESKTOP, { url });
  const { page } = opened;
  await askToSignIn(page, '/reports', url);
  await page.getByText('you need an invitation').waitFor();
  await lookAt(page, DESKTOP, 'sign-in-closed');
  await page.getByTestId('sign-in-osm').click();
  await agreeAs(page, 'newcomer');
  await untilBack(page, '/sign-in', url);
  assert.match(await textOf(page, 'sign-in-problem'), /Ask whoever runs this server for an invitation/);
  await lookAt(page, DESKTOP, 'sign-in-unknown');
  // Nobody listens where this one sends people.
  await page.getByTestId('sign-in-oidc').click();
  await page.getByTestId('sign-in-problem').getByText('does not answer just now').waitFor();
  await lookAt(page, DESKTOP, 'sign-in-away');
  await clean(opened);
});

test('what cannot be fetched is said, and tried again', async () => {
  const opened = await openWithProviders(browser, PHONE, { expected: [/net::ERR_FAILED/] });
  const { page } = opened;
  await signIn(page);
  const blocked = '**/api/users/me/tokens';
  await page.route(blocked, (route) => route.abort());
  await page.goto(`${given.url}/account`);
  const section = page.getByTestId('account-tokens');
  await section.getByRole('alert').getByText('The server cannot be reached.').waitFor();
  await page.getByTestId('pictures-save').waitFor();
  await lookDown(page, PHONE, 'account-tokens', 'account-failed');
  await page.unroute(blocked);
  await section.getByRole('button', { name: 'Try again' }).tap();
  await page.getByTestId('token-make').waitFor();
  await clean(opened);
});

test('everything goes by keyboard', async () => {
  const opened = await openWithProviders(browser, DESKTOP);
  const { page } = opened;
  await page.goto(`${given.url}/sign-in?next=%2Faccount`);
  await page.getByTestId('sign-in-oidc').waitFor();
  await tabTo(page, 'sign-in-oidc');
  await page.keyboard.press('Enter');
  await page.getByTestId('elsewhere-name').waitFor();
  await page.keyboard.type('Katherine Johnson');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await untilBack(page, '/account');
  await untilLoaded(page);

  await tabTo(page, 'token-make');
  await page.keyboard.press('Enter');
  await tabTo(page, 'token-description', 3);
  await page.keyboard.type('Telescope');
  await tabTo(page, 'token-extent-all', 3);
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'token-scope-edit', 6);
  await page.keyboard.press('Space');
  await tabTo(page, 'token-submit', 6);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.textContent?.includes('is ready'));
  await tabTo(page, 'token-done', 4);
  await page.keyboard.press('Enter');
  assert.equal(await focus(page), 'account-tokens-said');
  await tabTo(page, 'token-revoke', 3);
  await page.keyboard.press('Enter');
  await page.getByTestId('confirm').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await focus(page), 'token-revoke');
  await page.keyboard.press('Enter');
  await tabTo(page, 'confirm-yes', 5);
  await page.keyboard.press('Enter');
  await page.getByText('“Telescope” is revoked.').waitFor();
  assert.equal(await focus(page), 'account-tokens-said');

  await page.locator('[name=pictures-seen]:checked').focus();
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'pictures-save', 4);
  await page.keyboard.press('Enter');
  await page.getByTestId('pictures-saved').getByText('Saved').waitFor();
  assert.equal(await focus(page), 'pictures-save', 'the focus stays');
  assert.equal((await whoIs(page)).default_visibility, 'logged-only');
  await page.locator('.menu > summary').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('menu-account').waitFor();
  await lookAt(page, DESKTOP, 'account-menu');
  await page.keyboard.press('Escape');
  await clean(opened);
});
