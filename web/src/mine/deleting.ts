import { evenIfGone } from '../api/errors';
import { deletePicture, type OwnPicture } from '../api/sequences';
import { inLanes } from '../lib/lanes';

/** So many requests are on their way at a time. */
const AT_ONCE = 4;

/**
 * Deletes pictures; a sequence goes with its last one. It ends early once `signal` fires. `onGone` is told of each picture that
 * is gone.
 *
 * @throws {ApiError} what went wrong with the first that could not be deleted; those before it are gone.
 */
export async function deleteAll(
  pictures: readonly OwnPicture[],
  onGone: (picture: OwnPicture) => void,
  signal: AbortSignal,
): Promise<void> {
  const failures: unknown[] = [];
  await inLanes(pictures, AT_ONCE, async (picture) => {
    if (signal.aborted) return false;
    try {
      await evenIfGone(deletePicture(picture));
    } catch (error) {
      failures.push(error);
      return false;
    }
    onGone(picture);
    return true;
  });
  if (failures.length > 0) throw failures[0];
}
