import { ApiError, isNotFound } from '../api/errors';
import { errorText } from '../app/errorText';
import { t } from '../locales';

/** Why a picture is not shown. */
export function failureText(error: unknown): string {
  if (isNotFound(error)) return t('walk.pictureGone');
  return error instanceof ApiError ? errorText(error) : t('walk.pictureBroken');
}
