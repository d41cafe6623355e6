// A week's pictures dropped at once: over a line that breaks twice, from a page that is reloaded, all arrive, and each once.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';

import { DESKTOP, PATIENCE, given, launch, screenshot } from '../browser.mjs';
import { clean } from '../reporting.mjs';
import { LOST, drop, filesOnServer, openUpload } from '../sending.mjs';

const folders = given.folders;
/** Cameras give the same names in each folder; the site tells them apart by it. */
const files = folders.flatMap((folder) =>
  readdirSync(folder).map((name) => ({ name: `${basename(folder)}_${name}`, size: statSync(join(folder, name)).size })),
);

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const dropAll = async (page) => {
  await drop(page, page.locator('.dropzone'), folders);
  await page.locator('[data-testid=upload-summary]:not(:empty)').waitFor();
  return page.getByTestId('upload-summary').textContent();
};

test(`${files.length} files arrive, and each once`, async () => {
  const opened = await openUpload(browser, DESKTOP, { expected: LOST });
  const { page, context } = opened;
  page.on('dialog', (dialog) => dialog.accept());
  let [arrived, set] = [0, ''];
  const waiting = [];
  page.on('response', (response) => {
    const request = response.request();
    const { pathname } = new URL(request.url());
    set = /upload_sets\/([^/]+)\/(files|tus)/.exec(pathname)?.[1] ?? set;
    if (request.method() !== 'POST' || !pathname.endsWith('/files') || !response.ok()) return;
    arrived += 1;
    for (const each of waiting) if (arrived >= each.count) each.resolve();
  });
  const untilArrived = (count) => new Promise((resolve) => { waiting.push({ count, resolve }); });

  assert.match(await dropAll(page), new RegExp(`^${files.length.toLocaleString('en')} `));
  await page.getByTestId('upload-start').click();
  for (const part of [0.2, 0.4]) {
    await untilArrived(files.length * part);
    await context.setOffline(true);
    await page.getByTestId('upload-banner').waitFor();
    const before = arrived;
    await page.waitForTimeout(500);
    assert.ok(arrived - before <= 2, 'no more than was under way arrives without a network');
    await context.setOffline(false);
  }
  await untilArrived(files.length * 0.6);
  await page.reload();
  await page.getByTestId('upload-offer').waitFor();
  const [, kept] = /^([\d,]+) already there, ([\d,]+) to send/.exec(await dropAll(page)) ?? [];
  assert.ok(Number(kept?.replaceAll(',', '')) >= files.length * 0.6, `${kept} are not sent again`);
  await page.getByTestId('upload-start').click();
  await page.getByTestId('upload-done').waitFor({ timeout: 20 * PATIENCE });
  await screenshot(page, 'desktop-upload-many');

  const there = await filesOnServer(set);
  assert.equal(there.length, files.length);
  const known = ({ name, size }) => `${name} ${size}`;
  assert.deepEqual(there.map((file) => known({ name: file.file_name, size: file.size })).sort(), files.map(known).sort(), 'each file once, as it was');
  assert.deepEqual([...new Set(there.map(({ state }) => state))], ['published']);
  assert.equal(new Set(there.map((file) => file.picture_id)).size, files.length, 'each is a picture of its own');
  await clean(opened);
});
