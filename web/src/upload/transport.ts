import type { SendResult } from './queue';

/** Without any progress for this long, a connection is given up and tried again. */
const STALLED_MS = 60_000;

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

/** Milliseconds of a `Retry-After` header, in seconds or as a date. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (header.trim() !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/**
 * Adds a file to an upload set. XMLHttpRequest, since `fetch` tells nothing of what was sent so far.
 * Rejects when no answer came.
 */
export function sendFile(
  set: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<SendResult> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    let watchdog = 0;
    const finish = (): void => {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (why: string): void => {
      finish();
      reject(new Error(why));
    };
    const onAbort = (): void => {
      call.abort();
    };
    const watch = (): void => {
      clearTimeout(watchdog);
      watchdog = window.setTimeout(onAbort, STALLED_MS);
    };
    call.upload.addEventListener('progress', (event) => {
      watch();
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    });
    call.addEventListener('load', () => {
      finish();
      resolve({
        status: call.status,
        body: parse(call.responseText),
        retryAfterMs: retryAfter(call.getResponseHeader('Retry-After'), Date.now()),
      });
    });
    call.addEventListener('error', () => { fail('no connection'); });
    call.addEventListener('abort', () => { fail('stopped'); });
    signal.addEventListener('abort', onAbort, { once: true });
    const form = new FormData();
    form.append('isBlurred', 'false');
    form.append('file', file, file.name);
    call.open('POST', `/api/upload_sets/${encodeURIComponent(set)}/files`);
    watch();
    call.send(form);
  });
}
