import type { Plugin } from 'vite';

/** The service worker; it must lie at the root, to see to every page. */
export const WORKER = 'service-worker';
const PLACE = '__ASSETS__';

/**
 * The script of the service worker with the names of the files it may keep.
 *
 * @throws {Error} when the script has no place for them, or imports something, which classic workers can't.
 */
export function withAssets(code: string, names: readonly string[]): string {
  const parts = code.split(PLACE);
  if (parts.length !== 2) throw new Error(`src/worker/${WORKER}.ts names ${PLACE} ${parts.length - 1} times instead of once`);
  if (/(?:^|[;}\s])(?:import|export)\b/.test(code)) throw new Error(`src/worker/${WORKER}.ts must neither import nor export`);
  return parts.join(JSON.stringify([...names].sort()));
}

/** Tells the service worker what belongs to the site as it is built. */
export function offlineFiles(): Plugin {
  return {
    name: 'offline-files',
    apply: 'build',
    generateBundle: {
      // Documents and styles are made last.
      order: 'post',
      handler: (_options, bundle) => {
        const worker = bundle[`${WORKER}.js`];
        if (worker?.type !== 'chunk') throw new Error(`${WORKER}.js is not built`);
        worker.code = withAssets(worker.code, Object.keys(bundle).filter((name) => name.startsWith('assets/')));
      },
    },
  };
}
