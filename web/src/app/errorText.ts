import { ApiError } from '../api/errors';
import { t } from '../locales';

function line(detail: string | null): string {
  return detail?.replace(/\s+/g, ' ').trim() ?? '';
}

/** What went wrong, as a sentence for the reader. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.unexpected');
  if (error.reason === 'quota') return t('error.quota');
  if (error.kind !== 'refused') return t(`error.${error.kind}`);
  const detail = line(error.detail);
  return detail === '' ? t('error.refusedBare') : t('error.refused', { detail });
}

/** What the server answered in its own words, where it refused and said why; else what went wrong in ours. */
export function answerText(error: unknown): string {
  const answered = error instanceof ApiError && ['signedOut', 'forbidden', 'notFound', 'refused'].includes(error.kind);
  const detail = answered ? line(error.detail) : '';
  return detail === '' ? errorText(error) : detail;
}
