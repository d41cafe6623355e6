// What the tests of reports have in common: opening the dialog, looking at what an administrator sees, tidying up.
import assert from 'node:assert/strict';

import { untilShown } from './blurring.mjs';
import { PHONE, given, load } from './browser.mjs';

/** What would do something if it were taken for markup. */
export const HOSTILE = '<b>bold</b><script>document.title = "taken over"</script>';

const AUTHORISED = { Authorization: `Bearer ${given.token}`, 'Content-Type': 'application/json' };

async function asAdministrator(path, init = {}) {
  const answer = await fetch(`${given.url}/api${path}`, { headers: AUTHORISED, ...init });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

/** Open reports of a picture. */
export async function reportsOf(picture) {
  const filter = `picture_id = '${picture}' AND status IN ('open', 'open_autofix', 'waiting')`;
  return (await asAdministrator(`/reports?filter=${encodeURIComponent(filter)}`)).reports;
}

/**
 * Closes all reports of a picture, so that other tests find it shown and unreported. As solved: who is found wrong too often
 * hides nothing any more, and all strangers here have one address.
 */
export async function settle(picture) {
  for (const { id } of await reportsOf(picture)) {
    await asAdministrator(`/reports/${id}`, {
      method: 'PATCH',
      body: JSON.stringify({ status: 'closed_solved', 'flaneur:withheld': false }),
    });
  }
}

/** Whether strangers are shown a picture. */
export async function isPublic(picture) {
  return (await fetch(`${given.url}/api/pictures/${picture}`)).status === 200;
}

export async function openPicture(page, id) {
  await load(page, `${given.url}/#focus=pic&pic=${id}`);
  await untilShown(page, id);
}

/** Opens the dialog as people do on this device. */
export async function openReport(page, device) {
  if (device === PHONE) {
    await page.getByTestId('drawer').tap();
    await page.getByTestId('report-open').tap();
  } else {
    await page.getByTestId('report-open').click();
  }
  await page.getByTestId('report').waitFor();
}

/** The test id of what has the focus, or its tag. */
export function focus(page) {
  return page.evaluate(() => document.activeElement?.dataset.testid ?? document.activeElement?.tagName);
}

/** Presses Tab until something has the focus. */
export async function tabTo(page, wanted, most = 60) {
  for (let presses = 0; presses < most; presses += 1) {
    if ((await focus(page)) === wanted) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${wanted} is not reached, but ${await focus(page)}`);
}

/** Nothing is wider than the screen, on a small phone neither. */
export async function fits(page, device) {
  if (device === PHONE) await page.setViewportSize({ width: 360, height: 740 });
  const wide = await page.evaluate(() =>
    ['html', '#content', 'dialog', '.filter-panel'].filter((each) => {
      const element = document.querySelector(each);
      return element !== null && element.scrollWidth > element.clientWidth;
    }),
  );
  assert.deepEqual(wide, [], 'nothing scrolls sideways');
  if (device === PHONE) await page.setViewportSize(device.viewport);
}

export async function clean({ context, troubles, foreign }) {
  await context.close();
  assert.deepEqual([...foreign], [], 'asks no other host');
  assert.deepEqual(troubles, [], 'nothing goes wrong in the browser');
}
