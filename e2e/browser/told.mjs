// What a screen reader is given: the browser's own accessibility tree.
import assert from 'node:assert/strict';

/** Roles of what can be worked, as Chromium names them; `region` and `application`: maps and pictures, which take keys of their own. */
const WORKED = new Set([
  'application', 'button', 'checkbox', 'combobox', 'DisclosureTriangle', 'link', 'listbox', 'menuitem', 'option', 'radio', 'region',
  'searchbox', 'slider', 'spinbutton', 'switch', 'tab', 'textbox', 'Date', 'InputTime', 'DateTime', 'ColorWell',
]);

/** Answers how to ask what is told of the element that has the focus: `{ role, name, where }`, or null when none has. */
export async function listen(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');
  return async () => {
    const { result } = await session.send('Runtime.evaluate', { expression: 'document.activeElement' });
    const { nodes } = await session.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false });
    await session.send('Runtime.releaseObject', { objectId: result.objectId });
    if (result.description === 'body') return null;
    const [{ ignored, role, name }] = nodes;
    return { role: ignored ? 'ignored' : role.value, name: name?.value?.trim() ?? '', where: result.description };
  };
}

/** Whether the element that has the focus is within the window, not covered, and marked. */
function seen() {
  const element = document.activeElement;
  const box = element.getBoundingClientRect();
  // A label may stand for what is itself not to be seen.
  const shown = box.width > 1 && box.height > 1 ? element : (element.labels?.[0] ?? element);
  const { left, top, right, bottom, width, height } = shown.getBoundingClientRect();
  if (width <= 1 || height <= 1) return 'it is not to be seen';
  if (right <= 0 || bottom <= 0 || left >= innerWidth || top >= innerHeight) return 'it is outside of the window';
  const marked = [shown, element, ...(shown.matches('label') ? [] : [shown.parentElement])].some((each) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
    return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
  });
  return marked ? null : 'nothing marks it';
}

/** Marks what could be worked by mouse, and answers what of it keys have not come to, once `element`s that were are unmarked. */
function unreached() {
  const tabbable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const can = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.disabled && element.closest('[inert]') === null && element.tabIndex >= 0;
  // Of radio buttons that belong together, keys come to one; arrows lead on.
  const groups = new Set([...document.querySelectorAll('input[type=radio][data-reached]')].map(({ name }) => name));
  return [...document.querySelectorAll(tabbable)]
    .filter((element) => can(element) && element.dataset.reached === undefined && !(element.type === 'radio' && groups.has(element.name)))
    .map((element) => element.outerHTML.slice(0, 120));
}

/** Goes through a page by Tab. Everything that can be worked is come to, seen, and told with what it is and what it is called. */
export async function walkByKeys(page, what, most = 150) {
  const ask = await listen(page);
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('[data-reached]')) delete element.dataset.reached;
    document.activeElement?.blur();
  });
  const told = [];
  for (let presses = 0; ; presses += 1) {
    assert.ok(presses < most, `${what}: Tab comes to no end: ${told.slice(-5).join(', ')}`);
    await page.keyboard.press('Tab');
    const node = await ask();
    if (node === null) break;
    const again = await page.evaluate(() => {
      const { dataset } = document.activeElement;
      const before = dataset.reached !== undefined;
      dataset.reached = '';
      return before;
    });
    if (again) break;
    assert.ok(WORKED.has(node.role), `${what}: ${node.where} is told as ${node.role}`);
    assert.notEqual(node.name, '', `${what}: ${node.where}, a ${node.role}, has no name`);
    assert.equal(await page.evaluate(seen), null, `${what}: ${node.role} “${node.name}”, ${node.where}`);
    told.push(`${node.role} “${node.name}”`);
  }
  assert.deepEqual(await page.evaluate(unreached), [], `${what}: keys do not lead there`);
  return told;
}

/** What structures a page for who hears it: one main part, one head, the way through the site. */
export async function assertStructured(page, what) {
  const lines = (await page.locator('body').ariaSnapshot()).split('\n').map((line) => line.trim());
  const count = (start) => lines.filter((line) => line.startsWith(start)).length;
  assert.equal(count('- main'), 1, `${what}: one main part`);
  assert.equal(count('- banner'), 1, `${what}: one head`);
  assert.equal(count('- navigation:'), 1, `${what}: one way through the site; others have names`);
  return lines;
}
