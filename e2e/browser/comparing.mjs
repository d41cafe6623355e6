// What tests of comparisons have in common: where both pictures are, and whether they show the same.
import assert from 'node:assert/strict';

import { marksOn } from './blurring.mjs';
import { PATIENCE, screenshot, untilQuiet } from './browser.mjs';
import { drag, swipe } from './pointing.mjs';

/** Pixels by which a mark may be off: sharper versions of a picture come, and pixels are whole. */
const OFF = 4;

export function centre({ left, top, right, bottom }) {
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

/** Whether a mark is seen in the same place, as large; null is no mark. */
export function same(mark, other) {
  if (mark === null || other === null) return mark === other;
  return ['left', 'top', 'right', 'bottom'].every((side) => Math.abs(mark[side] - other[side]) <= OFF);
}

export function near(mark, expected, what) {
  assert.ok(same(mark, expected), `${what}: ${JSON.stringify(mark)} instead of ${JSON.stringify(expected)}`);
}

/** Waits until a picture is seen beside the first one. */
export async function untilCompared(page, id) {
  await page.locator(`.compare[data-shown="${id}"]`).waitFor();
}

/** Where the two pictures are on the page. */
export async function halves(page) {
  const [first, second] = [page.getByTestId('picture'), page.getByTestId('compare-second')];
  return { first: await first.boundingBox(), second: await second.boundingBox() };
}

/** Waits until the marks in both pictures stay, and stay as they should. Answers where they are in each. */
export async function untilMarks(page, what, should) {
  // First sharper versions of the pictures follow.
  await untilQuiet(page);
  let [before, marks] = ['', []];
  for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
    const { first, second } = await halves(page);
    marks = await marksOn(page, [first, second]);
    const now = JSON.stringify(marks);
    if (now === before && should(...marks)) return marks;
    before = now;
  }
  await screenshot(page, 'not-as-it-should');
  throw new Error(`${what}: ${JSON.stringify(marks)}`);
}

/** Waits until both show the mark in the same place, and in another one than before if that is told. Answers where. */
export async function seenTogether(page, what, before = null) {
  const [mark] = await untilMarks(page, what, (first, second) => first !== null && same(first, second) && !same(first, before));
  return mark;
}

/** Drags from the middle of a box, with the mouse or a finger. */
export async function dragOn(page, device, box, by) {
  const from = [box.x + box.width / 2, box.y + box.height / 2];
  await (device.hasTouch ? swipe : drag)(page, from, [from[0] + by.x, from[1] + by.y]);
}
