// A place at other dates: going from one to the other, and comparing two, by mouse, touch and keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { settledMark, untilShown } from '../blurring.mjs';
import { DESKTOP as LARGE, PHONE, given, launch, load, lookAt, openPage } from '../browser.mjs';
import { centre, dragOn, halves, near, same, seenTogether, untilCompared, untilMarks } from '../comparing.mjs';
import { clean, fits, focus, openPicture, tabTo } from '../reporting.mjs';

/** Two pictures drawn without a graphics card, again and again, take as long as they are large. */
const DESKTOP = { ...LARGE, viewport: { width: 1000, height: 640 } };

const { panoramas, again, flats, mixed, hidden, alone } = given.dates;
const [oldest, middle, newest] = panoramas;

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Opens a picture as a link does that says where to look. */
async function openAt(page, { id }, xyz, more = '') {
  await load(page, `${given.url}/#focus=pic&pic=${id}&xyz=${xyz}${more}`);
  await untilShown(page, id);
}

/** The dates on the line, the marked one in brackets. */
const onLine = (page) =>
  page.getByTestId('dates').locator('ol button').evaluateAll((dates) =>
    dates.map((each) => {
      const day = each.querySelector('time').dateTime;
      return each.getAttribute('aria-current') === 'true' ? `[${day}]` : day;
    }),
  );

const view = (page) => page.evaluate(() => /xyz=([^&]*)/.exec(location.hash)?.[1].split('/').map(Number) ?? null);

const untilAddress = (page, part) => page.waitForURL((url) => url.hash.includes(part));

const untilNothingCompared = async (page) => {
  await page.getByTestId('compare').waitFor({ state: 'detached' });
  await page.waitForURL((url) => !url.hash.includes('compare='));
};

for (const device of [DESKTOP, PHONE]) {
  describe(`on a ${device.name}`, () => {
    const press = (locator) => (device.hasTouch ? locator.tap() : locator.click());

    test('other dates of the place stand on a line, and show the same direction', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      await openAt(page, newest, '75/-5/20');
      assert.deepEqual(await onLine(page), [oldest.day, middle.day, `[${newest.day}]`], 'each day once, the oldest first');
      const there = await settledMark(page);
      await fits(page, device);
      await lookAt(page, device, 'dates');

      await press(page.getByTestId(`date-${middle.day}`));
      await untilShown(page, middle.id);
      assert.deepEqual(await onLine(page), [oldest.day, `[${middle.day}]`, newest.day]);
      near(await settledMark(page), there, 'the same direction is seen, as large');
      assert.deepEqual(await view(page), [75, -5, 20]);

      await press(page.getByTestId('dates-older'));
      await untilShown(page, oldest.id);
      near(await settledMark(page), there, 'and again');
      assert.equal(await page.getByTestId('dates-older').isDisabled(), true, 'there is nothing older');
      await press(page.getByTestId('dates-newer'));
      await untilShown(page, middle.id);
      await page.goBack();
      await untilShown(page, oldest.id);

      await openPicture(page, again.id);
      assert.deepEqual(await onLine(page), [`[${again.day}]`, middle.day, newest.day], 'the day shown stands for itself');
      await clean(opened);
    });

    test('two dates are looked at side by side, and with a slider', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      await openAt(page, newest, '60/0/10');
      await press(page.getByTestId('dates-compare'));
      await untilCompared(page, middle.id);
      await untilAddress(page, `compare=${middle.id}`);
      const before = await seenTogether(page, 'both look in the same direction');
      for (const side of ['first', 'second']) {
        const caption = page.getByTestId(`compare-caption-${side}`);
        await caption.getByTestId('author').waitFor();
        await caption.getByTestId('licence').waitFor();
      }
      assert.match(await page.getByTestId('compare-caption-first').textContent(), /May 1, 2024/);
      for (const apart of ['dates', 'report-open', 'download', 'swap', 'pic-next']) {
        assert.equal(await page.getByTestId(apart).isVisible(), false, `${apart} could be meant for either`);
      }
      await fits(page, device);
      await lookAt(page, device, 'compare');

      // What is done to one happens to the other.
      await dragOn(page, device, (await halves(page)).first, { x: -60, y: 0 });
      const turned = await seenTogether(page, 'the second follows the first', before);
      assert.ok(centre(turned).x < centre(before).x - 20, 'they turned');
      await dragOn(page, device, (await halves(page)).second, { x: 50, y: 20 });
      const back = await seenTogether(page, 'the first follows the second', turned);
      assert.ok(centre(back).x > centre(turned).x + 15, 'they turned back');
      await press(page.getByTestId('compare-zoom-in'));
      const large = await seenTogether(page, 'they are as large', back);
      assert.ok(large.right - large.left > back.right - back.left, 'both are nearer');

      // Each alone, and together again.
      await press(page.getByTestId('compare-lock'));
      assert.equal(await page.getByTestId('compare-lock').getAttribute('aria-pressed'), 'false');
      await dragOn(page, device, (await halves(page)).second, { x: -40, y: 0 });
      const [, apart] = await untilMarks(page, 'only the second moves', (first, second) => same(first, large) && !same(second, large));
      await press(page.getByTestId('compare-lock'));
      near(await seenTogether(page, 'they meet', large), apart, 'where the second was left');

      await page.getByTestId('compare-date').selectOption(oldest.id);
      await untilCompared(page, oldest.id);
      await untilAddress(page, `compare=${oldest.id}`);
      near(await seenTogether(page, 'another date is seen the same way'), apart, 'without moving the first');

      await press(page.getByTestId('compare-layout'));
      const divider = page.getByTestId('compare-divider');
      await divider.waitFor();
      assert.equal(await divider.getAttribute('aria-valuenow'), '50');
      const { first, second } = await halves(page);
      assert.deepEqual(first, second, 'they lie on each other');
      await fits(page, device);
      await lookAt(page, device, 'compare-slider');
      await dragOn(page, device, await divider.boundingBox(), { x: first.width / 4, y: 0 });
      assert.ok(Math.abs(Number(await divider.getAttribute('aria-valuenow')) - 75) <= 2, await divider.getAttribute('aria-valuenow'));
      const clip = await page.getByTestId('compare-second').evaluate((element) => getComputedStyle(element).clipPath);
      assert.match(clip, /^inset\(0(px|%)? 0(px|%)? 0(px|%)? 7[3-7](\.\d+)?%\)$/, 'the second is seen as far as it says');
      // Who cannot drag presses on an arrow.
      const box = await divider.boundingBox();
      const [x, y] = [box.x + box.width / 2 - 10, box.y + box.height / 2];
      await (device.hasTouch ? page.touchscreen.tap(x, y) : page.mouse.click(x, y));
      await page.waitForFunction(() => document.querySelector('.compare-divider').ariaValueNow < 70);

      await press(page.getByTestId('compare-leave'));
      await untilNothingCompared(page);
      await page.getByTestId('dates').waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.dataset.picture), newest.id);
      assert.deepEqual(await view(page), [60, 0, 10], 'back to just where one was');
      await page.goForward();
      await untilCompared(page, oldest.id);
      await page.goBack();
      await untilNothingCompared(page);
      await page.getByTestId('dates').waitFor();
      await clean(opened);
    });

    test('a link opens a comparison', async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      await openAt(page, oldest, '60/0/10', `&compare=${newest.id}`);
      await untilCompared(page, newest.id);
      await seenTogether(page, 'as it was left');
      await page.reload();
      await untilCompared(page, newest.id);
      await page.keyboard.press('Escape');
      await untilNothingCompared(page);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.picture), oldest.id);
      await clean(opened);
    });

    test('everything goes by keyboard', { skip: device !== DESKTOP && 'few phones have one' }, async () => {
      const opened = await openPage(browser, device);
      const { page } = opened;
      await openAt(page, middle, '60/0/10');
      await page.keyboard.press('[');
      await untilShown(page, oldest.id);
      await page.keyboard.press('[');
      await page.getByText('Nothing older is known of this place.').waitFor();
      await page.keyboard.press(']');
      await untilShown(page, middle.id);
      await tabTo(page, `date-${newest.day}`);
      await page.keyboard.press('Enter');
      await untilShown(page, newest.id);
      assert.equal(await focus(page), `date-${newest.day}`, 'goes on from where one is');

      await tabTo(page, 'dates-compare');
      await page.keyboard.press('Enter');
      await untilCompared(page, middle.id);
      assert.equal(await focus(page), 'compare', 'what this is, is read out');
      const before = await seenTogether(page, 'they begin together');
      await page.keyboard.press('ArrowRight');
      await seenTogether(page, 'both turn', before);
      for (const key of ['m', 'e', 'r', 'b', 'f', 'PageUp', 'ArrowUp']) await page.keyboard.press(key);
      await page.keyboard.press('[');
      await untilCompared(page, oldest.id);
      assert.equal(await page.locator('dialog').count(), 0, 'nothing that could be meant for either');
      assert.equal(await page.evaluate(() => document.querySelector('.walk').dataset.focus), 'pic');
      await page.keyboard.press('?');
      await page.getByText('Compare this place at two dates').waitFor();
      await page.getByText('Older, newer picture of this place').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });

      await tabTo(page, 'compare-lock');
      await page.keyboard.press('Enter');
      await tabTo(page, 'compare-second');
      const together = await seenTogether(page, 'nothing moves by that');
      await page.keyboard.press('ArrowLeft');
      await untilMarks(page, 'only what has the focus turns', (first, second) => same(first, together) && !same(second, together));

      await tabTo(page, 'compare-layout');
      await page.keyboard.press('Enter');
      await tabTo(page, 'compare-divider');
      const at = () => page.getByTestId('compare-divider').getAttribute('aria-valuenow');
      for (const [key, value] of [['ArrowRight', '52'], ['ArrowLeft', '50'], ['PageUp', '60'], ['End', '100'], ['Home', '0'], ['ArrowLeft', '0']]) {
        await page.keyboard.press(key);
        assert.equal(await at(), value, key);
      }
      assert.match(await page.getByTestId('compare-divider').getAttribute('aria-valuetext'), /^0 %: May 1, 2024 .*Jan 12, 2016/);
      await tabTo(page, 'compare-date');
      await page.keyboard.press('ArrowDown');
      await untilCompared(page, middle.id);
      assert.equal(await focus(page), 'compare-date', 'ready for the next one');
      await page.keyboard.press('Escape');
      await untilNothingCompared(page);
      assert.equal(await focus(page), 'dates-compare', 'back where it began');
      await page.keyboard.press('c');
      await untilCompared(page, middle.id);
      await page.keyboard.press('c');
      await untilNothingCompared(page);
      await clean(opened);
    });
  });
}

test('two photos are moved and enlarged together', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  const [older, newer] = flats;
  await openPicture(page, newer.id);
  await page.keyboard.press('c');
  await untilCompared(page, older.id);
  const whole = await seenTogether(page, 'both are whole');
  const { first } = await halves(page);
  await page.mouse.move(first.x + first.width / 2, first.y + first.height / 2);
  await page.mouse.wheel(0, -300);
  const large = await seenTogether(page, 'both are larger', whole);
  await dragOn(page, DESKTOP, first, { x: -70, y: 25 });
  const moved = await seenTogether(page, 'both are moved', large);
  assert.ok(centre(moved).x < centre(large).x - 40 && centre(moved).y > centre(large).y + 10);
  await clean(opened);
});

test('a panorama and a photo show the same as far as they can', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  const { panorama, flat } = mixed;
  // The panorama looks away from what the photo shows.
  await openAt(page, panorama, '180/0/10');
  await page.keyboard.press('c');
  await untilCompared(page, flat.id);
  await page.waitForFunction(() => /xyz=0\//.test(location.hash));
  const { second } = await halves(page);
  const [, before] = await untilMarks(page, 'the photo is whole', (_panorama, photo) => photo !== null);
  await page.mouse.move(second.x + second.width / 2, second.y + second.height / 2);
  await page.mouse.wheel(0, -400);
  const [, zoomed] = await untilMarks(page, 'the photo is larger', (_panorama, photo) => photo !== null && !same(photo, before));
  await dragOn(page, DESKTOP, second, { x: -90, y: 0 });
  await untilMarks(page, 'the photo is moved', (_panorama, photo) => !same(photo, zoomed));
  await page.waitForFunction(() => Number(/xyz=([^/]*)/.exec(location.hash)?.[1]) > 2);
  const [heading, , zoom] = await view(page);
  assert.ok(heading < 35 && zoom > 10, `the panorama follows: ${heading}, ${zoom}`);
  await page.keyboard.press('Escape');
  await untilNothingCompared(page);
  assert.deepEqual(await view(page), [180, 0, 10]);

  // And from the photo to the panorama on the line: the same direction.
  await openPicture(page, flat.id);
  await page.getByTestId('dates-older').click();
  await untilShown(page, panorama.id);
  await page.waitForFunction(() => /xyz=0\//.test(location.hash));
  await clean(opened);
});

test('a picture that is hidden meanwhile is told of, and the comparison ends', async () => {
  const [gone, kept] = hidden;
  // It lies where one would go next: it may be hidden between the two requests by which it is fetched ahead.
  const overtaken = new RegExp(`status of 404.*/(items/${gone.id}|${gone.id}/(thumb|sd)\\.jpg)\\)$`);
  const opened = await openPage(browser, DESKTOP, { expected: [overtaken] });
  const { page } = opened;
  await openPicture(page, kept.id);
  assert.deepEqual(await onLine(page), [gone.day, `[${kept.day}]`]);
  const answer = await fetch(`${given.url}/api/collections/${gone.collection}/items/${gone.id}`, {
    method: 'PATCH',
    headers: { Authorization: `Bearer ${given.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ visibility: 'owner-only' }),
  });
  assert.ok(answer.ok, `${answer.status}`);
  await page.keyboard.press('c');
  await page.getByText('The picture to compare with does not exist, or is no longer public. The comparison has ended.').waitFor();
  await untilNothingCompared(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.picture), kept.id);

  // A link to it, the one way and the other.
  await load(page, `${given.url}/#focus=pic&pic=${kept.id}&compare=${gone.id}`);
  await page.getByText('The comparison has ended.').waitFor();
  await untilNothingCompared(page);
  await load(page, `${given.url}/#focus=pic&pic=${gone.id}&compare=${kept.id}`);
  await page.getByText('This picture does not exist, or is no longer public.').waitFor();
  assert.equal(await page.getByTestId('compare').count(), 0);
  await clean(opened);
});

test('where no other date is known nothing is shown, and keys say so', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await openPicture(page, alone.id);
  assert.equal(await page.getByTestId('dates').isVisible(), false);
  for (const key of ['[', ']', 'c']) {
    await page.keyboard.press(key);
    await page.getByText('No other date is known of this place.').last().waitFor();
    await page.evaluate(() => document.querySelector('.toasts').replaceChildren());
  }
  assert.equal(await page.getByTestId('compare').count(), 0);
  await clean(opened);
});

test('French readers read French', async () => {
  const opened = await openPage(browser, DESKTOP);
  const { page } = opened;
  await page.goto(given.url);
  await page.evaluate(() => localStorage.setItem('flaneur.language', 'fr'));
  await openAt(page, newest, '60/0/10', `&compare=${middle.id}`);
  await untilCompared(page, middle.id);
  assert.match(await page.getByTestId('compare-caption-first').textContent(), /1 mai 2024/);
  await page.getByRole('button', { name: 'Terminer la comparaison' }).click();
  await untilNothingCompared(page);
  await page.getByRole('region', { name: 'Ce lieu à d’autres dates' }).getByText('juin 2019').waitFor();
  await clean(opened);
});
