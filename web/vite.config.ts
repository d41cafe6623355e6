import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

import { firstViewBudget } from './scripts/firstView';
import { offlineFiles, WORKER } from './scripts/offline';
import { thirdPartyNotices } from './scripts/thirdPartyNotices';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  base: '/',
  plugins: [thirdPartyNotices(root), firstViewBudget(root), offlineFiles()],
  resolve: {
    // The CSP build loads its worker from a file of ours, so that the page needs neither eval nor inline scripts.
    alias: [{ find: /^maplibre-gl$/, replacement: 'maplibre-gl/dist/maplibre-gl-csp.js' }],
  },
  build: {
    target: 'es2022',
    outDir: 'dist',
    // Data URLs would ask more of the content security policy than files do.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The two viewers are large and loaded only once something needs them.
    chunkSizeWarningLimit: 1100,
    rolldownOptions: {
      // The site; a picture alone, which pages of others may show within them; and what keeps the site's files in the browser.
      input: ['index.html', 'embed.html', `src/worker/${WORKER}.ts`],
      output: {
        entryFileNames: ({ name }) => (name === WORKER ? '[name].js' : 'assets/[name]-[hash].js'),
        codeSplitting: {
          groups: [
            // What nearly every page needs comes in one file instead of a dozen; what few need stays out of it.
            { name: 'common', test: /\/src\/(?:lib|app|api)\/(?!areas\.|pages\.|terms\.|transfers\.)|\/src\/locales\/index\.ts$|vite\/preload/ },
            // So does what the walk has in common with embedded pictures.
            { name: 'picture', test: /\/src\/walk\/(?:(?:arrow\w*|caption|failure|keyboard|mapTarget|pictureView|surface|url)|filters\/filters|share\/links)\.ts$/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8080' },
  },
  test: { include: ['{src,scripts}/**/*.test.ts'], environment: 'node', setupFiles: ['src/locales/english.ts'] },
});
