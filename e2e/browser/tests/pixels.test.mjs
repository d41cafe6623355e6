// Decodes JPEG files in the browser, and writes what it sees into files beside them: `NAME.rgba`, or `NAME.refused`.
import { after, before, test } from 'node:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { given, launch } from '../browser.mjs';

const AT_ONCE = 25;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/**
 * In the page: the pixels of files, as [width, height, RGBA in base64], or the error. Nothing is converted: not by a colour
 * profile, not by an orientation; and the canvas lies in memory, not on a graphics card.
 */
async function decode(files) {
  const seen = [];
  for (const file of files) {
    try {
      const bytes = Uint8Array.from(atob(file), (char) => char.charCodeAt(0));
      const options = { colorSpaceConversion: 'none', premultiplyAlpha: 'none', imageOrientation: 'none' };
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }), options);
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const text = [];
      for (let at = 0; at < data.length; at += 0x8000) text.push(String.fromCharCode(...data.subarray(at, at + 0x8000)));
      seen.push([image.width, image.height, btoa(text.join(''))]);
      image.close();
    } catch (error) {
      seen.push(String(error));
    }
  }
  return seen;
}

test('decodes', async () => {
  const names = JSON.parse(await readFile(join(given.files, 'list.json'), 'utf8'));
  const page = await browser.newPage();
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const part = names.slice(at, at + AT_ONCE);
    const files = await Promise.all(part.map((name) => readFile(join(given.files, `${name}.jpg`), 'base64')));
    const seen = await page.evaluate(decode, files);
    for (const [index, name] of part.entries()) {
      const result = seen[index];
      if (typeof result === 'string') {
        await writeFile(join(given.files, `${name}.refused`), result);
        continue;
      }
      const size = Buffer.alloc(8);
      size.writeUInt32LE(result[0], 0);
      size.writeUInt32LE(result[1], 4);
      await writeFile(join(given.files, `${name}.rgba`), Buffer.concat([size, Buffer.from(result[2], 'base64')]));
    }
  }
});
