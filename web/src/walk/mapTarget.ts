import { nearest } from '../api/pictures';
import type { MapTarget } from './mapView';

/** A picture, with the sequence to find it by if that is known. */
export interface Target {
  readonly id: string;
  readonly sequence: string | null;
}

/**
 * The picture that a click on the map asks for; null if there is none near.
 *
 * @throws {ApiError} when that can't be found out.
 */
export async function pictureAt(target: MapTarget, signal: AbortSignal): Promise<Target | null> {
  if (target.kind === 'picture') return target;
  for (const box of target.around) {
    const picture = await nearest(box, target.sequence, signal);
    if (picture !== null) return { id: picture.id, sequence: picture.sequence };
  }
  return null;
}
