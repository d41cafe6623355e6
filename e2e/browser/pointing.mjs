// Dragging, which the browser's driver has no word for: with a mouse, and with a finger.

/** Waits until what was asked for is drawn. */
function drawn(page) {
  return page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** A mouse that goes from one place to another with its button held. */
export async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
  await page.mouse.move(...to);
  await page.mouse.up();
}

/** A finger that goes from one place to another. */
export async function swipe(page, from, to) {
  const session = await page.context().newCDPSession(page);
  const send = (type, at) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: at === null ? [] : [{ x: at[0], y: at[1] }] });
  const move = (part) => send('touchMove', [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]);
  // Nobody waits for an answer between these two: a finger that rests for half a second first means something else.
  await Promise.all([send('touchStart', from), move(0.25)]);
  for (const part of [0.5, 0.75, 1]) {
    // A panorama turns with each frame that is drawn while the finger is down.
    await drawn(page);
    await move(part);
  }
  await drawn(page);
  await send('touchEnd', null);
  await session.detach();
}
