import { messageOf } from '../api/client';
import { list, object } from '../api/json';
import { type MessageKey, t } from '../locales';
import { conflictOf, refusedFor } from './conflicts';

const KNOWN = ['invalid_file', 'invalid_metadata', 'in_excluded_area', 'quota'] as const;

/** A sentence of the server's without line breaks. */
export function oneLine(message: string | null): string {
  return message?.replace(/\s+/g, ' ').trim() ?? '';
}

/** The key of a reason that we have our own words for. */
export function reasonKey(reason: string, missing: readonly unknown[]): MessageKey | null {
  const noPosition = missing.includes('location');
  const noTime = missing.includes('datetime');
  if (noPosition && noTime) return 'upload.reason.noPositionNoTime';
  if (noPosition) return 'upload.reason.noPosition';
  if (noTime) return 'upload.reason.noTime';
  const known = KNOWN.find((one) => one === reason);
  return known === undefined ? null : `upload.reason.${known}`;
}

/** Why the server refused a file it was sent, in the reader's words. */
export function refusalText(status: number, body: unknown): string {
  const conflict = conflictOf(body);
  if (conflict === 'nameTaken') return t('upload.reason.nameTaken');
  if (status === 413) return t('upload.reason.too_large');
  if (status === 415) return t('upload.reason.invalid_file');
  const reason = refusedFor(body);
  const key = reasonKey(reason === 'not_a_picture' ? 'invalid_file' : reason, list(object(object(body).details).missing_fields));
  // Of what is wrong with position or time, the server's sentence says more than our general one.
  if (key !== null && key !== 'upload.reason.invalid_metadata') return t(key);
  const message = oneLine(messageOf(body));
  return message === '' ? t('upload.reason.other') : message;
}
