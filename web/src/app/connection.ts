import { wait } from '../lib/time';

/** Milliseconds that a line is told of before it carries anything. */
export const SETTLED_MS = 1_000;

/** Resolves when the browser is, or comes, online; rejects when `signal` fires first. */
export async function whenOnline(signal: AbortSignal): Promise<void> {
  if (navigator.onLine && !signal.aborted) return;
  await until(window, 'online', () => navigator.onLine, signal);
  await wait(SETTLED_MS, signal);
}

/** Runs something when the browser is, or comes, online; never once `signal` fired. */
export function onceOnline(run: () => unknown, signal: AbortSignal): void {
  whenOnline(signal).then(run, () => undefined);
}

/** Resolves when somebody looks at the page and it is online: nothing is asked of the server for nobody. */
export async function whenWatched(signal: AbortSignal): Promise<void> {
  await until(document, 'visibilitychange', () => !document.hidden, signal);
  await whenOnline(signal);
}

function until(target: EventTarget, event: string, holds: () => boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    if (holds()) {
      resolve();
      return;
    }
    const listening = new AbortController();
    const options = { signal: listening.signal };
    target.addEventListener(
      event,
      () => {
        if (!holds()) return;
        listening.abort();
        resolve();
      },
      options,
    );
    signal.addEventListener(
      'abort',
      () => {
        listening.abort();
        reject(signal.reason as Error);
      },
      options,
    );
  });
}
