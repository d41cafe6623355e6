import { ApiError } from '../api/errors';
import { t } from '../locales';

/** What went wrong, as a sentence for the reader. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.unexpected');
  if (error.kind !== 'refused') return t(`error.${error.kind}`);
  const detail = error.detail?.replace(/\s+/g, ' ').trim() ?? '';
  return detail === '' ? t('error.refusedBare') : t('error.refused', { detail });
}
