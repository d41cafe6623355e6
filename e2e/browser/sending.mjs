// What the tests of sending pictures have in common.
import { given, openPage, signIn } from './browser.mjs';

/** What the browser says of a line that breaks, and of a file that had arrived before it did. */
export const LOST = [/status of 409/, /ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/, /ERR_CONNECTION/, /ERR_ABORTED/, /ERR_NETWORK/];

export async function openUpload(browser, device, { language = 'en', ...options } = {}) {
  const opened = await openPage(browser, device, options);
  const { page } = opened;
  await page.addInitScript((code) => localStorage.setItem('flaneur.language', code), language);
  await signIn(page);
  await page.goto(`${given.url}/upload`);
  await page.getByTestId('upload-input').waitFor({ state: 'attached' });
  return opened;
}

/** Has the line carry so many bytes a second of what the page sends; 0: as many as it can. */
export async function slow(page, bytes) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const uploadThroughput = bytes === 0 ? -1 : bytes;
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
}

/** Drops files and folders from the reader's computer onto an element, as their file manager does. */
export async function drop(page, locator, paths) {
  const session = await page.context().newCDPSession(page);
  const box = await locator.boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) await session.send('Input.dispatchDragEvent', { type, ...at, data });
  await session.detach();
}

/** The files of an upload set, as the server tells of them. */
export async function filesOnServer(set) {
  const headers = { Authorization: `Bearer ${given.token}` };
  return (await (await fetch(`${given.url}/api/upload_sets/${set}/files`, { headers })).json()).files;
}
