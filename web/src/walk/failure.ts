import { ApiError } from '../api/errors';
import { errorText } from '../app/errorText';
import { t } from '../locales';

/** Whether there is no such picture, at least not for this reader. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.kind === 'notFound';
}

/** Why a picture is not shown. */
export function failureText(error: unknown): string {
  if (isGone(error)) return t('walk.pictureGone');
  return error instanceof ApiError ? errorText(error) : t('walk.pictureBroken');
}
