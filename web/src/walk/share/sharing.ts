import { isPublic } from '../../api/pictures';
import { errorText } from '../../app/errorText';
import { session } from '../../app/session';
import { toast } from '../../app/toast';
import type { Shared } from './dialog';

/** Whether everybody sees what the reader sees; taken for granted where that can't be found out. */
async function everybodySees(picture: string, signal: AbortSignal): Promise<boolean> {
  if ((await session.account()) === null) return true;
  return isPublic(picture, signal).catch(() => true);
}

/** Opens the dialog by which what is seen is passed on. */
export async function share(shared: Omit<Shared, 'isPublic'>, signal: AbortSignal): Promise<void> {
  try {
    const [{ openShare }, seen] = await Promise.all([import('./dialog'), everybodySees(shared.picture.id, signal)]);
    // Meanwhile the reader may have left, or opened something else.
    if (signal.aborted || document.querySelector('dialog[open]') !== null) return;
    openShare({ ...shared, isPublic: seen });
  } catch (error) {
    if (!signal.aborted) toast(errorText(error), 'error');
  }
}
