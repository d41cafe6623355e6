import type { Picture } from '../api/picture';
import { placesAround, type PlaceOfPicture } from '../api/pictures';
import { boxAround, distance } from '../lib/geometry';
import { arrowTowards, chooseArrows } from './arrows';
import { type Direction, groundAt, type GroundPoint } from './ground';
import type { Target } from './mapTarget';

/** How far beside the ground that is clicked a picture may be: metres, and parts of how far away that is. */
const BESIDE_M = 3;
const BESIDE_PART = 0.4;
/** How much nearer to it a picture of another sequence has to be than one of the same, metres: whoever walks on stays in the same light. */
const OTHER_M = 2;

/** The picture of those around that was taken nearest to there, and nearer than the one that is seen. */
export function nearestOnGround(from: Picture, ground: GroundPoint, around: readonly PlaceOfPicture[]): Target | null {
  const candidates = around
    .filter(({ id }) => id !== from.id)
    .map((picture) => ({ picture, away: distance(ground.place, picture.place) }))
    .filter(({ away }) => away <= reach(ground) && away < ground.distance)
    .map(({ picture, away }) => ({ picture, cost: away + (picture.sequence === from.sequence ? 0 : OTHER_M) }));
  candidates.sort((a, b) => a.cost - b.cost);
  return candidates[0]?.picture ?? null;
}

function reach(ground: GroundPoint): number {
  return Math.max(BESIDE_M, ground.distance * BESIDE_PART);
}

/**
 * The picture that was taken where the ground is seen in a direction, or the one that an arrow leads to that way; null if there is
 * none.
 *
 * @throws {ApiError} when that can't be found out.
 */
export async function pictureOnGround(from: Picture, direction: Direction, signal: AbortSignal): Promise<Target | null> {
  const ground = groundAt(from.place, direction);
  if (ground === null) return null;
  const around = await placesAround(boxAround(ground.place, reach(ground)), signal);
  return nearestOnGround(from, ground, around) ?? arrowTowards(chooseArrows(from), direction.heading)?.link ?? null;
}
