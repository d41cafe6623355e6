import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

import { thirdPartyNotices } from './scripts/thirdPartyNotices';

export default defineConfig({
  base: '/',
  plugins: [thirdPartyNotices(fileURLToPath(new URL('.', import.meta.url)))],
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
      output: {
        codeSplitting: {
          // What nearly every page needs comes in one file instead of a dozen; what few need stays out of it.
          groups: [{ name: 'common', test: /\/src\/(?:lib|app|api)\/(?!pages\.|terms\.|transfers\.)|\/src\/locales\/(?:index|en)\.ts$|vite\/preload/ }],
        },
      },
    },
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8080' },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
