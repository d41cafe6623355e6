// What the tests of blurring have in common: finding the mark in what is seen, and opening the mode.
import { PATIENCE, given, screenshot, signIn, untilQuiet } from './browser.mjs';

/**
 * Where the mark is seen in each of some parts of the page, which it shows at one moment: `{ left, top, right, bottom }` in CSS
 * pixels from the part's corner, or null.
 */
export async function marksOn(page, parts) {
  const png = await page.screenshot();
  // Not on a page of the site, whose content security policy lets no image come from memory.
  const scratch = await page.context().newPage();
  try {
    return await scratch.evaluate(
      async ({ base64, width, parts }) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const drawn = canvas.getContext('2d');
        drawn.drawImage(image, 0, 0);
        const scale = width / image.width;
        return parts.map((part) => {
          const [x, y, across, down] = [part.x, part.y, part.width, part.height].map((side) => Math.round(side / scale));
          const { data } = drawn.getImageData(x, y, across, down);
          const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
          for (let at = 0; at < data.length; at += 4) {
            if (data[at] < 170 || data[at + 1] > 70 || data[at + 2] < 170) continue;
            const [column, row] = [(at / 4) % across, Math.floor(at / 4 / across)];
            box.left = Math.min(box.left, column);
            box.top = Math.min(box.top, row);
            box.right = Math.max(box.right, column + 1);
            box.bottom = Math.max(box.bottom, row + 1);
          }
          return box.left > box.right
            ? null
            : { left: box.left * scale, top: box.top * scale, right: box.right * scale, bottom: box.bottom * scale };
        });
      },
      { base64: png.toString('base64'), width: page.viewportSize().width, parts },
    );
  } finally {
    // Left open, it would have the other one drawn once a second.
    await scratch.close();
  }
}

/** Where the mark is seen on the page: `{ left, top, right, bottom }` in CSS pixels, or null. */
export async function markOn(page) {
  const [mark] = await marksOn(page, [{ x: 0, y: 0, ...page.viewportSize() }]);
  return mark;
}

/** Waits until the mark is seen where it stays, and answers where. */
export async function settledMark(page) {
  // First sharper versions of the picture follow.
  await untilQuiet(page);
  let before = await markOn(page);
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    const now = await markOn(page);
    if (now !== null && JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
  await screenshot(page, 'no-mark');
  throw new Error(`the mark is not seen, or does not stay: ${JSON.stringify(before)}`);
}

/** Opens a picture as its owner does, looking there: `xyz` as in an address. */
export async function openOwn(page, id, xyz = null) {
  await signIn(page);
  await page.goto(`${given.url}/#focus=pic&pic=${id}${xyz === null ? '' : `&xyz=${xyz}`}`);
  await untilShown(page, id);
  await page.getByTestId('blur-open').waitFor({ state: 'visible' });
}

export function untilShown(page, id) {
  return page.waitForFunction((wanted) => document.documentElement.dataset.picture === wanted, id, { timeout: PATIENCE });
}

/** Waits until what was sent is done and the picture is shown again. */
export async function untilBlurred(page) {
  await page.getByTestId('blur-bar').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.querySelector('.picture.loading') === null);
}


/** Where the only box is seen on the page, without the width of its line: `{ left, top, right, bottom }`. */
export function boxOn(page) {
  return page.evaluate(() => {
    const polygon = document.querySelector('.blur-box polygon');
    const { left, top } = document.querySelector('.blur-stage').getBoundingClientRect();
    const { x, y, width, height } = polygon.getBBox();
    return { left: left + x, top: top + y, right: left + x + width, bottom: top + y + height };
  });
}
