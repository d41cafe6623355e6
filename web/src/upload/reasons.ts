import { messageOf } from '../api/client';
import { list, object } from '../api/json';
import { type MessageKey, t } from '../locales';

const KNOWN = ['invalid_file', 'invalid_metadata', 'file_duplicate', 'capture_duplicate'] as const;

function tidy(message: string | null): string {
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
  if (status === 413) return t('upload.reason.too_large');
  if (status === 415) return t('upload.reason.invalid_file');
  const key = reasonKey('', list(object(object(body).details).missing_fields));
  if (key !== null) return t(key);
  const message = tidy(messageOf(body));
  return message === '' ? t('upload.reason.other') : message;
}

/** Why a file was put aside later on. */
export function rejectionText(reason: string, message: string | null): string {
  const key = reasonKey(reason, []);
  const said = tidy(message);
  // The server's sentence says more than our general one about what is wrong with position or time.
  if (key === null || (key === 'upload.reason.invalid_metadata' && said !== '')) {
    return said === '' ? t('upload.reason.other') : said;
  }
  return t(key);
}
