import { ApiError } from '../api/errors';
import { deletePicture, type OwnPicture } from '../api/sequences';

/** So many requests are on their way at a time. */
const AT_ONCE = 4;

/** What is deleted already is no failure. */
async function gone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'notFound') throw error;
  }
}

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
  const left = [...pictures];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let picture = left.shift(); picture !== undefined; picture = left.shift()) {
      if (signal.aborted || failures.length > 0) return;
      try {
        await gone(deletePicture(picture));
        onGone(picture);
      } catch (error) {
        failures.push(error);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
}
