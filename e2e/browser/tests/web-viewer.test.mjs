// The Panoramax web viewer as it is published, on a page of another origin, with Flaneur as its server.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { DESKTOP, PATIENCE, PHONE, given, launch, openPage, screenshot } from '../browser.mjs';

const BUILD = fileURLToPath(new URL('../node_modules/@panoramax/web-viewer/build/', import.meta.url));
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html' };

/** The page, which brings its own background: the viewer's usual one is on a server of others, and it waits for tiles. */
function pageWithViewer(origin) {
  const background = {
    version: 8,
    sources: { background: { type: 'vector', tiles: [`${origin}/background/{z}/{x}/{y}.mvt`], maxzoom: 4 } },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': '#eeeeee' } },
      { id: 'nothing', type: 'line', source: 'background', 'source-layer': 'nothing' },
    ],
  };
  return `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A page that embeds the viewer</title>
<link href="index.css" rel="stylesheet"><script defer src="index.js"></script>
<style>pnx-viewer { position: fixed; inset: 0 }</style>
<pnx-viewer endpoint="${given.url}/api" map-style='${JSON.stringify(background)}'></pnx-viewer>`;
}

let browser;
let site;
let origin;

before(async () => {
  site = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    const type = path === '/' ? '.html' : extname(path);
    try {
      response.setHeader('content-type', TYPES[type] ?? 'application/octet-stream');
      if (path === '/') response.end(pageWithViewer(origin));
      else if (path.startsWith('/background/')) response.end();
      else response.end(await readFile(join(BUILD, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${site.address().port}`;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  site?.close();
});

/** What the viewer asks of other hosts than its page's and its server's is blocked. It says so, or rejects with nothing. */
const EXPECTED = [/ERR_BLOCKED_BY_CLIENT/, /presets/i, /nominatim/i, /favicon/i, /^uncaught: undefined/];

async function openViewer(device, hash) {
  const hosts = [new URL(given.url).host, new URL(origin).host];
  const opened = await openPage(browser, device, { hosts, expected: EXPECTED });
  const failed = [];
  opened.page.on('response', (response) => {
    if (response.url().startsWith(given.url) && response.status() >= 400) {
      failed.push(`${response.status()} ${response.url()}`);
    }
  });
  await opened.page.goto(`${origin}/${hash}`);
  await opened.page.waitForFunction(
    () => customElements.get('pnx-viewer') && document.querySelector('pnx-viewer').onceReady,
  );
  await opened.page.evaluate(() => document.querySelector('pnx-viewer').onceMapReady());
  return { ...opened, failed };
}

const untilPicture = (page, id) =>
  page.waitForFunction(
    (wanted) => document.querySelector('pnx-viewer').psv?.getPictureMetadata?.()?.id === wanted,
    id,
    { timeout: PATIENCE },
  );

/**
 * Goes to the next picture. A tap too many, meant for the map, may have met the picture and put the buttons away, which the viewer
 * does a moment later; another tap brings them back.
 */
async function goOn(page, tap) {
  const next = page.locator('#pnx-player-next').first();
  for (const until = Date.now() + PATIENCE; ; ) {
    try {
      await next.click({ timeout: 5000 });
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      if (await page.evaluate(() => document.querySelector('pnx-viewer').classList.contains('pnx-grid-toggled'))) await tap();
    }
  }
}

async function clean({ context, troubles, failed }) {
  await context.close();
  assert.deepEqual(failed, [], 'the server refuses nothing that the viewer asks');
  assert.deepEqual(troubles, [], 'nothing goes wrong in the browser');
}

for (const device of [DESKTOP, PHONE]) {
  describe(`the web viewer on a ${device.name}`, () => {
    test('opens a picture from the map and walks to the next', async () => {
      const [first, second] = given.walk;
      const opened = await openViewer(device, `?focus=map&map=19/${first.lat}/${first.lon}`);
      const { page } = opened;
      await page.waitForFunction(
        // Drawn and at rest: what is tapped while the map still settles is somewhere else.
        () => {
          const { map } = document.querySelector('pnx-viewer');
          const drawn = map?.queryRenderedFeatures({ layers: ['geovisio_pictures'] }).length;
          return drawn && map.areTilesLoaded() && !map.isMoving();
        },
        null,
        { timeout: PATIENCE },
      );
      await screenshot(page, `viewer-${device.name}-map`);
      const at = await page.evaluate(({ lon, lat }) => {
        const { map } = document.querySelector('pnx-viewer');
        const { x, y } = map.project([lon, lat]);
        const { left, top } = map.getContainer().getBoundingClientRect();
        return { x: left + x, y: top + y };
      }, first);
      // The viewer says nothing of when it begins to listen for taps; like a person, tap until it does.
      const tap = () => (device.hasTouch ? page.touchscreen.tap(at.x, at.y) : page.mouse.click(at.x, at.y));
      const tapping = setInterval(() => tap().catch(() => {}), 3000);
      await untilPicture(page, first.id).finally(() => clearInterval(tapping));
      await goOn(page, tap);
      await untilPicture(page, second.id);
      await screenshot(page, `viewer-${device.name}-picture`);
      await clean(opened);
    });

    test('opens a permalink to a panorama', async () => {
      const panorama = given.walk.at(-1);
      const opened = await openViewer(device, `?focus=pic&pic=${panorama.id}`);
      const { page } = opened;
      await untilPicture(page, panorama.id);
      await page.evaluate(() => document.querySelector('pnx-viewer').onceFirstPicLoaded());
      await screenshot(page, `viewer-${device.name}-panorama`);
      await clean(opened);
    });
  });
}
