/** Paths of the site's files among what was loaded. */
function assets(loaded: PerformanceEntryList): string[] {
  return loaded
    .map(({ name }) => new URL(name, location.href))
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith('/assets/'))
    .map(({ pathname }) => pathname);
}

/** Has the browser keep the site's files that were used, so that the site opens without a network, too. Never keeps pictures. */
export async function keepForOffline(): Promise<void> {
  // Browsers have it on safe connections only; and while the site is developed, it would show what was.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  if (document.readyState !== 'complete') {
    await new Promise((resolve) => {
      window.addEventListener('load', resolve, { once: true });
    });
  }
  try {
    await navigator.serviceWorker.register('/service-worker.js');
    const { active } = await navigator.serviceWorker.ready;
    // What was asked for before the worker was there, it has not seen.
    const observer = new PerformanceObserver((list) => {
      const paths = assets(list.getEntries());
      if (paths.length > 0) active?.postMessage(paths);
    });
    observer.observe({ type: 'resource', buffered: true });
  } catch {
    // Where the reader allows no such thing, the site needs a network.
  }
}
