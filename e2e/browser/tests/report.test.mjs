// Reports on the site: a stranger says what is wrong, an administrator decides, and the stranger sees what was decided.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { untilShown } from '../blurring.mjs';
import { DESKTOP, PHONE, given, launch, lookAt, openPage, signIn } from '../browser.mjs';
import { HOSTILE, clean, fits, focus, isPublic, openPicture, openReport, reportsOf, settle, tabTo } from '../reporting.mjs';

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Waits for the pictures in a page, which have to be there. */
function untilDrawn(page) {
  return page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
}

/** A stranger reports a picture with words that are no markup. Answers the link to the case. */
async function reportAsStranger(device, { id, next }) {
  // A wrong address is refused: browsers log that.
  const opened = await openPage(browser, device, { expected: [/status of 400/] });
  const { context, page } = opened;
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openPicture(page, id);
  await openReport(page, device);
  await lookAt(page, device, 'report');
  await fits(page, device);
  assert.equal(await page.getByTestId('report-about-sequence').isVisible(), false, 'only for who is signed in');
  const press = async (testId) => {
    const button = page.getByTestId(testId);
    await (device === PHONE ? button.tap() : button.click());
  };

  await press('report-send');
  await page.getByTestId('report-problem-issue').getByText('Choose what is wrong.').waitFor();
  await press('report-issue-blur_missing');
  assert.equal(await page.getByTestId('report-problem-issue').isVisible(), false);
  assert.equal(await page.getByTestId('report-draw').count(), 0, 'it is not their picture');
  await page.getByTestId('report-comments').fill(HOSTILE);
  await page.getByTestId('report-email').fill('nobody');
  await press('report-send');
  await page.getByTestId('report-problem-reporter_email').getByText('This is no e-mail address.').waitFor();
  assert.equal(await focus(page), 'report-email');
  assert.equal(await page.getByTestId('report-email').getAttribute('aria-invalid'), 'true');
  await lookAt(page, device, 'report-refused');
  await page.getByTestId('report-email').fill('someone@example.org');
  await press('report-send');
  await page.getByTestId('report-sent').getByText('only the owner and administrators see it').waitFor();
  assert.equal(await focus(page), 'report-sent', 'it is read out');
  const link = await page.getByTestId('report-case').inputValue();
  assert.match(link, /\/reports\/[0-9a-f-]{36}#.{16,}$/);
  await press('report-case-copy');
  await page.getByTestId('report-case-copied').getByText('Link copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  await lookAt(page, device, 'report-sent');
  await fits(page, device);

  await press('report-close');
  await untilShown(page, next);
  await page.waitForFunction((hidden) => !location.hash.includes(hidden), id);
  await clean(opened);
  return link;
}

/** What whoever has the link to the case sees. */
async function openCase(device, link, look) {
  const opened = await openPage(browser, device);
  const { page } = opened;
  await page.goto(link);
  await page.getByTestId('case-status').waitFor();
  assert.equal(await page.getByTestId('case-comments').textContent(), HOSTILE);
  assert.equal(await page.getByTestId('case-history').count(), 0, 'that is for administrators');
  await look(page);
  await fits(page, device);
  // The link to the content is no key of another case.
  await page.evaluate(() => {
    location.hash = '#content';
  });
  await page.getByTestId('case-status').waitFor();
  await clean(opened);
}

for (const [device, which] of [[DESKTOP, 1], [PHONE, 2]]) {
  test(`a stranger reports, an administrator decides, on a ${device.name}`, async (t) => {
    const [{ id }, { id: next }] = given.walk.slice(which, which + 2);
    t.after(() => settle(id));
    const link = await reportAsStranger(device, { id, next });
    assert.equal(await isPublic(id), false);

    const other = await openPage(browser, device);
    await other.page.goto(`${given.url}/#focus=pic&pic=${id}`);
    await other.page.getByText('This picture does not exist, or is no longer public.').waitFor();
    await clean(other);

    await openCase(device, link, async (page) => {
      assert.match(await page.getByTestId('case-status').textContent(), /^Nobody has looked at it yet/);
    });

    const opened = await openPage(browser, device);
    const { page } = opened;
    await signIn(page);
    await openPicture(page, id);
    if (device === PHONE) await page.getByTestId('drawer').tap();
    await page.getByTestId('withheld').waitFor();
    await lookAt(page, device, 'withheld');
    await fits(page, device);
    await page.getByTestId('withheld').click();
    const [{ id: report }] = await reportsOf(id);
    const entry = page.locator(`[data-report="${report}"]`);
    await entry.waitFor();
    assert.equal(await entry.getByTestId('report-comments').textContent(), HOSTILE);
    assert.equal(await entry.getByTestId('report-email').textContent(), 'someone@example.org');
    await untilDrawn(page);
    await lookAt(page, device, 'reports');
    await fits(page, device);
    if (device === PHONE) {
      await entry.getByTestId('report-reason').fill('The face is on a poster');
      await entry.getByTestId('report-do-ignore').tap();
    } else {
      await entry.getByTestId('report-open-about').focus();
      await tabTo(page, 'report-reason', 4);
      await page.keyboard.type('The face is on a poster');
      await tabTo(page, 'report-do-ignore', 2);
      await page.keyboard.press('Enter');
    }
    await entry.getByText('Nothing was found to be wrong.').waitFor();
    assert.equal(await focus(page), 'report-status');
    assert.equal(await entry.getByTestId('report-answer').textContent(), 'The face is on a poster');
    await entry.getByTestId('report-do-reopen').waitFor();
    await page.getByTestId('reports-closed').click();
    await entry.waitFor();
    await entry.getByTestId('report-details').click();
    const history = page.getByTestId('case-history').getByRole('listitem');
    await history.nth(1).waitFor();
    assert.match(await history.last().textContent(), /administrator.*Nothing was found to be wrong.*The face is on a poster/);
    assert.equal(await page.title().then((title) => title.startsWith('Report')), true);
    await lookAt(page, device, 'case-history');
    await clean(opened);

    assert.equal(await isPublic(id), true);
    await openCase(device, link, async (page) => {
      assert.equal(await page.getByTestId('case-status').textContent(), 'Nothing was found to be wrong.');
      assert.equal(await page.getByTestId('case-answer').textContent(), 'The face is on a poster');
      await lookAt(page, device, 'case');
    });
  });
}

test('everything goes by keyboard', async (t) => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  const { id } = given.walk[0];
  t.after(() => settle(id));
  await openPicture(page, id);
  await page.getByTestId('report-open').focus();
  await page.keyboard.press('r');
  await page.getByTestId('report').waitFor();
  assert.match(await focus(page), /^report-issue-/);
  await page.keyboard.press('Escape');
  await page.getByTestId('report').waitFor({ state: 'detached' });
  assert.equal(await focus(page), 'report-open', 'back where it was');
  await page.keyboard.press('Enter');
  await page.getByTestId('report').waitFor();
  await page.keyboard.press('ArrowUp');
  assert.equal(await focus(page), 'report-issue-other');
  await tabTo(page, 'report-comments', 3);
  await page.keyboard.type('r is a letter here');
  await tabTo(page, 'report-send', 3);
  await page.keyboard.press('Enter');
  await page.getByTestId('report-sent').getByText('Until then it stays visible.').waitFor();
  await tabTo(page, 'report-close', 5);
  await page.keyboard.press('Enter');
  await page.getByTestId('report').waitFor({ state: 'detached' });
  await untilShown(page, id);
  const [report] = await reportsOf(id);
  assert.deepEqual([report.issue, report.reporter_comments, report['flaneur:withheld']], ['other', 'r is a letter here', false]);

  // The same again is the same report.
  await page.keyboard.press('r');
  await page.getByTestId('report-issue-other').check();
  await page.getByTestId('report-send').click();
  await page.getByTestId('report-sent').getByText('You had reported this already').waitFor();
  assert.equal(await page.getByTestId('report-case').count(), 0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Report the picture').waitFor();
  await clean(opened);
});

test('an administrator goes through the reports by keys', async (t) => {
  const [first, second] = given.walk.slice(0, 2);
  // Not a stranger's: whose reports are found wrong hides nothing any more, and all strangers here have one address.
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${given.token}` };
  const made = [];
  for (const { id } of [first, second]) {
    t.after(() => settle(id));
    const body = JSON.stringify({ issue: 'other', picture_id: id, reporter_comments: `about ${id}` });
    const answer = await fetch(`${given.url}/api/reports`, { method: 'POST', headers, body });
    assert.ok(answer.ok, `${answer.status}`);
    made.push((await answer.json()).id);
  }
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await signIn(page);
  await page.goto(`${given.url}/reports`);
  const entries = page.getByTestId('report-entry');
  const [one, two] = made.map((id) => page.locator(`[data-report="${id}"]`));
  await two.waitFor();
  assert.deepEqual(await entries.evaluateAll((all) => all.map((each) => each.dataset.report)), made, 'what is due comes first');
  assert.match(await one.getByTestId('report-due').textContent(), /^To be decided by /);
  const current = () => page.evaluate(() => document.activeElement?.closest('[data-report]')?.dataset.report ?? null);
  const untilCurrent = (id) => page.waitForFunction((wanted) => document.activeElement?.closest('[data-report]')?.dataset.report === wanted, id);
  await page.keyboard.press('?');
  await page.getByText('Write a reason; Escape leads back').waitFor();
  await lookAt(page, DESKTOP, 'reports-keys');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.equal(await current(), made[1]);
  await page.keyboard.press('j');
  assert.equal(await current(), made[1], 'there is no more');
  await page.keyboard.press('k');
  assert.equal(await current(), made[0]);
  await page.keyboard.press('r');
  await page.keyboard.type('It is as it should be, i think');
  await page.keyboard.press('Escape');
  assert.equal(await current(), made[0]);
  await page.keyboard.press('i');
  await untilCurrent(made[1]);
  await one.getByText('Nothing was found to be wrong.').waitFor();
  assert.equal(await one.getByTestId('report-answer').textContent(), 'It is as it should be, i think');
  await page.locator('.toast').getByText('Nothing was found to be wrong.').waitFor();
  await page.keyboard.press('h');
  await two.getByText('Nobody has looked at it yet. Until then').waitFor();
  assert.equal(await isPublic(second.id), false);
  await page.keyboard.press('s');
  await two.getByText('Solved.').waitFor();
  assert.equal(await isPublic(second.id), true);
  assert.equal(await focus(page), 'report-status', 'after the last one, one stays there');
  await page.keyboard.press('o');
  await untilShown(page, second.id);
  await clean(opened);
});

test('an administrator who reports sees what is hidden, and may blur it instead', async (t) => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  const { id } = given.walk[3];
  t.after(() => settle(id));
  await signIn(page);
  await openPicture(page, id);
  await page.getByTestId('blur-open').waitFor({ state: 'visible' });
  await openReport(page, DESKTOP);
  assert.equal(await page.getByTestId('report-email').isVisible(), false, 'the account has one, or not');
  assert.equal(await page.getByTestId('report-about-sequence').isVisible(), true);
  await page.getByTestId('report-issue-blur_missing').check();
  await lookAt(page, DESKTOP, 'report-own');
  await page.getByTestId('report-draw').click();
  await page.getByTestId('blur-bar').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('blur-bar').waitFor({ state: 'detached' });

  await openReport(page, DESKTOP);
  await page.getByTestId('report-issue-privacy').check();
  await page.getByTestId('report-send').click();
  await page.getByTestId('report-sent').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('withheld').waitFor();
  await untilShown(page, id);
  await page.getByTestId('account-name').click();
  await page.getByTestId('menu-reports').getByText(/Reports \(\d+\)/).waitFor();
  await lookAt(page, DESKTOP, 'reports-menu');
  await page.getByTestId('menu-reports').click();
  const [{ id: report }] = await reportsOf(id);
  const entry = page.locator(`[data-report="${report}"]`);
  await entry.getByTestId('report-do-wait').click();
  await entry.getByText('It is being looked at.').waitFor();
  await entry.getByTestId('report-do-solveHide').click();
  await entry.getByText('Solved: only the owner').waitFor();
  assert.equal(await isPublic(id), false);
  await entry.getByTestId('report-do-reopen').click();
  await entry.getByTestId('report-do-solve').click();
  await entry.getByText('Solved.').waitFor();
  assert.equal(await isPublic(id), true);
  await clean(opened);
});

test('who reported takes it back', { skip: given.account === undefined }, async () => {
  const opened = await openPage(browser, PHONE);
  const { page } = opened;
  const { id } = given.walk[0];
  await signIn(page, given.account);
  await page.goto(`${given.url}/reports`);
  await page.getByTestId('reports-none').waitFor();
  await lookAt(page, PHONE, 'reports-none');
  await openPicture(page, id);
  await openReport(page, PHONE);
  await page.getByTestId('report-issue-mislocated').check();
  await page.getByTestId('report-about-sequence').check();
  await page.getByTestId('report-send').tap();
  await page.getByTestId('report-sent').waitFor();
  await page.getByRole('link', { name: 'All my reports' }).tap();
  await page.getByTestId('reports-reporter').tap();
  const entry = page.getByTestId('report-entry');
  await entry.getByText('A whole sequence').waitFor();
  assert.equal(await page.getByTestId('report').count(), 0, 'the dialog is closed');
  await lookAt(page, PHONE, 'reports-mine');
  await fits(page, PHONE);
  await entry.getByTestId('report-do-takeBack').tap();
  await entry.getByText('Whoever reported it took it back.').waitFor();
  assert.equal(await entry.getByRole('button').count(), 0, 'nothing is left to do');
  await clean(opened);
});

/** An administrator deletes a picture that was reported, on a phone with a keyboard. */
async function deletedByAdministrator(id) {
  const opened = await openPage(browser, PHONE);
  const { page } = opened;
  await signIn(page);
  await page.goto(`${given.url}/reports`);
  const [{ id: report }] = await reportsOf(id);
  const entry = page.locator(`[data-report="${report}"]`);
  await entry.getByTestId('report-reason').fill('x'.repeat(900));
  await entry.getByTestId('report-do-delete').tap();
  await entry.getByText('may have 800 characters at most').waitFor();
  assert.equal(await focus(page), 'report-reason');
  await entry.getByTestId('report-reason').fill('It shows more than a park');
  await page.keyboard.press('Escape');
  await page.keyboard.press('x');
  await page.getByTestId('confirm').getByText('Delete this picture?').waitFor();
  await lookAt(page, PHONE, 'reports-delete');
  await fits(page, PHONE);
  await page.keyboard.press('Escape');
  await page.getByTestId('confirm').waitFor({ state: 'detached' });
  assert.equal((await reportsOf(id)).length, 1, 'nothing is deleted yet');
  await page.keyboard.press('x');
  assert.equal(await focus(page), 'confirm-no');
  await page.getByTestId('confirm-yes').tap();
  await entry.getByText('It was deleted.').waitFor();
  assert.equal(await focus(page), 'report-status');
  assert.equal(await entry.getByTestId('report-do-delete').count(), 0);
  await lookAt(page, PHONE, 'reports-deleted');
  await clean(opened);
}

test('who uploaded it answers', { skip: given.account === undefined || given.uploads === null }, async (t) => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await signIn(page, given.account);
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('upload-input').setInputFiles(given.uploads[0].path);
  await page.getByTestId('upload-row').first().waitFor();
  await page.getByTestId('upload-start').click();
  await page.getByTestId('upload-done-link').first().click();
  await page.waitForFunction(() => document.documentElement.dataset.picture !== undefined);
  const id = await page.evaluate(() => document.documentElement.dataset.picture);
  const body = { issue: 'privacy', picture_id: id, reporter_comments: 'My garden' };
  // A stranger's, and so without the cookies of this browser.
  const headers = { 'Content-Type': 'application/json' };
  const made = await fetch(`${given.url}/api/reports`, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(made.status, 200);
  t.after(() => settle(id));

  await page.goto(`${given.url}/reports`);
  const entry = page.getByTestId('report-entry');
  await entry.getByText('My garden').waitFor();
  assert.equal(await entry.getByTestId('report-email').count(), 0, 'that is for administrators');
  assert.equal(await entry.getByTestId('report-do-solve').count(), 0, 'what is hidden is for administrators to decide');
  await entry.getByTestId('report-do-answer').click();
  await entry.getByText('Write your answer first.').waitFor();
  assert.equal(await focus(page), 'report-reason');
  await page.keyboard.type('It is a park');
  await entry.getByTestId('report-do-answer').click();
  await entry.getByText('It is being looked at.').waitFor();
  assert.equal(await entry.getByTestId('report-answer').textContent(), 'It is a park');
  await untilDrawn(page);
  await lookAt(page, DESKTOP, 'reports-owner');

  await deletedByAdministrator(id);
  await page.goto(`${given.url}/reports`);
  await page.getByTestId('reports-closed').click();
  // What was reported, and that it was deleted.
  await entry.nth(1).waitFor();
  await entry.getByText('It shows more than a park').waitFor();
  assert.equal(await entry.getByTestId('report-thumb').count(), 0);
  await lookAt(page, DESKTOP, 'reports-owner-deleted');
  await fits(page, DESKTOP);
  await entry.filter({ hasText: 'It shows more than a park' }).getByTestId('report-details').click();
  await page.getByTestId('case-answer').getByText('It shows more than a park').waitFor();
  await clean(opened);
});

test('a stranger without the key is told so', async () => {
  const opened = await openPage(browser, DESKTOP, { expected: [/status of 401/] });
  const { page } = opened;
  await page.goto(`${given.url}/reports/00000000-0000-4000-8000-000000000000#${'0'.repeat(36)}`);
  await page.getByTestId('case-wrong').waitFor();
  await lookAt(page, DESKTOP, 'case-wrong');
  await page.goto(`${given.url}/reports`);
  await page.getByTestId('reports-sign-in').waitFor();
  assert.equal(await page.getByTestId('reports').count(), 0);
  await clean(opened);
});
