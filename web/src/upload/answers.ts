import type { SendResult } from './queue';

/** Without any progress for this long, a connection is given up and tried again. */
export const STALLED_MS = 60_000;

/** The JSON in an answer, null if there is none. */
export function parseBody(body: string): unknown {
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

export function sendResult(status: number, body: string, retryAfterHeader: string | null): SendResult {
  return { status, body: parseBody(body), retryAfterMs: retryAfter(retryAfterHeader, Date.now()) };
}
