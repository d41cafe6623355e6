import { messageOf } from '../api/client';
import { list, object } from '../api/json';
import { type MessageKey, t } from '../locales';
import { conflictOf } from './conflicts';

const KNOWN = ['invalid_file', 'invalid_metadata', 'in_excluded_area'] as const;

/** How the answer begins to what is no picture; the list of files has `invalid_file` for it. */
const NO_PICTURE = 'Impossible to open file as image';

/** How it begins to what was taken where there are to be no pictures. */
const EXCLUDED = 'Picture is located within an excluded area';

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
  const conflict = conflictOf(status, body);
  if (conflict === 'nameTaken') return t('upload.reason.nameTaken');
  if (status === 413) return t('upload.reason.too_large');
  if (status === 415) return t('upload.reason.invalid_file');
  const key = reasonKey('', list(object(object(body).details).missing_fields));
  if (key !== null) return t(key);
  const message = oneLine(messageOf(body));
  if (message.startsWith(EXCLUDED)) return t('upload.reason.in_excluded_area');
  if (message.startsWith(NO_PICTURE)) return t('upload.reason.invalid_file');
  return message === '' ? t('upload.reason.other') : message;
}
