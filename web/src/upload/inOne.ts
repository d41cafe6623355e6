import { sendResult, STALLED_MS } from './answers';
import { type Parcel, toldOf } from './parcel';
import type { SendResult } from './queue';

/**
 * Sends a file in one request. XMLHttpRequest, since `fetch` tells nothing of what was sent so far.
 * Rejects when no answer came.
 */
export function sendInOne(parcel: Parcel, onProgress: (share: number) => void, signal: AbortSignal): Promise<SendResult> {
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
      resolve(sendResult(call.status, call.responseText, call.getResponseHeader('Retry-After')));
    });
    call.addEventListener('error', () => { fail('no connection'); });
    call.addEventListener('abort', () => { fail('stopped'); });
    signal.addEventListener('abort', onAbort, { once: true });
    const form = new FormData();
    // Before the file, as the server wants it.
    for (const [name, value] of Object.entries(toldOf(parcel))) form.append(name, value);
    form.append('file', parcel.file, parcel.name);
    call.open('POST', `/api/upload_sets/${encodeURIComponent(parcel.set)}/files`);
    watch();
    call.send(form);
  });
}
