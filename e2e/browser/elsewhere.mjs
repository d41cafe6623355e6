// What the tests of signing in have in common: what a person does at the place where they have an account.
import { given, openPage } from './browser.mjs';

const host = (url) => new URL(url).host;

/** A page that also goes where people have their accounts. */
export function openWithProviders(browser, device, { expected = [], url = given.url } = {}) {
  const { oidc, osm } = given.elsewhere;
  return openPage(browser, device, { hosts: [url, oidc, osm].map(host), expected });
}

/** At a provider that does not know this browser: says who they are, and agrees. */
export async function agreeAs(page, name) {
  await page.getByTestId('elsewhere-name').fill(name);
  await page.getByTestId('elsewhere-yes').click();
}

/** At a provider that knows this browser: agrees. */
export async function agree(page) {
  await page.getByTestId('elsewhere-id').waitFor();
  await page.getByTestId('elsewhere-yes').click();
}

/** Waits until the browser is back on a page of the site. */
export function untilBack(page, pathname, url = given.url) {
  return page.waitForURL((at) => at.origin === url && at.pathname === pathname);
}

/** Who is signed in in a browser, as the API says. */
export async function whoIs(page) {
  return page.evaluate(async () => (await fetch('/api/users/me')).json());
}

/** Goes to a page that asks to sign in, and on to where that is done. */
export async function askToSignIn(page, pathname, url = given.url) {
  await page.goto(`${url}${pathname}`);
  await page.locator('main').getByRole('link', { name: 'Sign in', exact: true }).click();
  await page.getByTestId('sign-in-with-token').waitFor();
}

/** Opens the page of one's account by the menu. */
export async function openAccount(page) {
  await page.locator('.menu > summary').click();
  await page.getByTestId('menu-account').click();
  await page.getByTestId('account-who').waitFor();
}

/** Signs out by the menu. */
export async function signOut(page) {
  await page.locator('.menu > summary').click();
  await page.locator('.menu-account').getByRole('button', { name: 'Sign out' }).click();
  await page.getByTestId('account-name').waitFor({ state: 'hidden' });
}
