// What can be told by a program of whether everybody can use a page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const AXE = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Axe finds nothing wrong in a page, or frame, or in what of it a selector names. */
export async function accessible(frame, within = 'html') {
  await frame.evaluate(AXE);
  const found = await frame.evaluate(async (selector) => {
    const { violations } = await globalThis.axe.run(selector, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} (${help}): ${target.join(' ')}`));
  }, within);
  assert.deepEqual(found, [], 'axe finds nothing wrong');
}
