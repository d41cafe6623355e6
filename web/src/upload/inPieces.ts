import { DetailedError, Upload, type UploadOptions } from 'tus-js-client';

import { number, object } from '../api/json';
import { sendResult, STALLED_MS } from './answers';
import { type Parcel, toldOf } from './parcel';
import type { SendResult } from './queue';
import type { Records } from './record';

/** What the server says of an upload that was begun: the end of it, or that it can be gone on with, or that it is over. */
type Told = SendResult | 'goOn' | 'over';

/** The status by which a form would be answered; the server keeps the body only. */
function statusOf(body: unknown): number {
  return number(object(body).status_code) ?? 400;
}

async function ask(url: string, signal: AbortSignal): Promise<Told> {
  const timeout = AbortSignal.timeout(STALLED_MS);
  const response = await fetch(url, { signal: AbortSignal.any([signal, timeout]), credentials: 'same-origin' });
  const result = sendResult(response.status, await response.text(), response.headers.get('Retry-After'));
  if (result.status === 404 || result.status === 410) return 'over';
  if (result.status !== 200) return result;
  const { state, picture_id: picture, refused } = object(result.body);
  if (state === 'accepted') return { status: 202, body: { picture_id: picture }, retryAfterMs: null };
  if (state === 'refused') return { status: statusOf(refused), body: refused, retryAfterMs: null };
  return state === 'expired' ? 'over' : 'goOn';
}

/** One attempt, from where the upload stands. Rejects when no answer came, or one that only means: ask again where to go on. */
function attempt(
  parcel: Parcel,
  more: UploadOptions,
  onPlace: (url: string) => void,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<SendResult> {
  return new Promise((resolve, reject) => {
    let watchdog = 0;
    const settle = (): void => {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', stop);
    };
    const upload = new Upload(parcel.file, {
      ...more,
      // The queue tries again, when it is time to.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => {
        if (upload.url !== null) onPlace(upload.url);
      },
      onProgress: (sent, all) => {
        watch();
        if (all > 0) onProgress(sent / all);
      },
      onSuccess: () => {
        settle();
        resolve({ status: 202, body: { picture_id: parcel.picture }, retryAfterMs: null });
      },
      onError: (error) => {
        settle();
        const response = error instanceof DetailedError ? error.originalResponse : null;
        // tus-js-client answers a request that never got through with status 0.
        if (response === null || response.getStatus() === 0) reject(error);
        else resolve(sendResult(response.getStatus(), response.getBody(), response.getHeader('Retry-After') ?? null));
      },
    });
    const stop = (): void => {
      settle();
      void upload.abort();
      reject(new Error('stopped'));
    };
    const watch = (): void => {
      clearTimeout(watchdog);
      watchdog = window.setTimeout(stop, STALLED_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    watch();
    upload.start();
  });
}

/** Statuses that say only that the upload is not where we took it to be, or is held by somebody. */
const ASK_AGAIN = [404, 409, 410, 460];

/**
 * Sends a file over tus, and goes on where an earlier attempt, even one before a reload, has left off.
 * Rejects when no answer came.
 */
export async function sendInPieces(
  parcel: Parcel,
  records: Records,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<SendResult> {
  const endpoint = `/api/upload_sets/${encodeURIComponent(parcel.set)}/tus`;
  const place = records.place(parcel.picture);
  const told = place === null ? 'over' : await ask(place, signal);
  if (typeof told === 'object') {
    if (told.status !== 401 && told.status < 500) records.forgetPlace(parcel.picture);
    return told;
  }
  if (told === 'over') records.forgetPlace(parcel.picture);
  const begin: UploadOptions = {
    endpoint,
    metadata: { filename: parcel.name, filetype: parcel.file.type, ...toldOf(parcel) },
  };
  // Without an endpoint, so that a server in trouble is not taken for one that has forgotten the upload.
  const goOn: UploadOptions = { uploadUrl: place };
  const keep = (url: string): void => {
    records.keepPlace(parcel.picture, url);
  };
  const result = await attempt(parcel, told === 'goOn' ? goOn : begin, keep, onProgress, signal);
  const { status } = result;
  if (ASK_AGAIN.includes(status) && records.place(parcel.picture) !== null) throw new Error(`ask again: ${status}`);
  // What is final is answered by the server's list from now on.
  const passing = status === 401 || status === 408 || status === 423 || status === 425 || status === 429 || status >= 500;
  if (!passing) records.forgetPlace(parcel.picture);
  return result;
}
