import { linkTo, type Picture, type PictureLink } from '../api/picture';
import { bearing, distance, normalizeHeading, turnBetween } from '../lib/geometry';

/** A way to go from a picture. */
export interface Arrow {
  readonly link: PictureLink;
  /** Degrees clockwise from north. */
  readonly bearing: number;
  /** Metres. */
  readonly distance: number;
}

/** No two arrows are closer to each other than this, so that each can be hit. */
export const ARROW_SPACING_DEGREES = 60;
/** Below this distance in metres a bearing says nothing, GPS being what it is. */
const SAME_SPOT_M = 0.3;
/** How far off the look direction an arrow may be and still count as straight on. */
const AHEAD_DEGREES = 75;

function toArrow(picture: Picture, link: PictureLink): Arrow {
  const away = distance(picture.place, link.place);
  const along = link.rel === 'prev' ? normalizeHeading(picture.heading + 180) : picture.heading;
  return { link, bearing: away < SAME_SPOT_M ? along : bearing(picture.place, link.place), distance: away };
}

/** Own sequence first (forwards, then back), after that the newest, after that the nearest. */
function byImportance(a: Arrow, b: Arrow): number {
  const order = { next: 0, prev: 1, related: 2 };
  return (
    order[a.link.rel] - order[b.link.rel] ||
    (b.link.datetime ?? '').localeCompare(a.link.datetime ?? '') ||
    a.distance - b.distance
  );
}

/**
 * The arrows to draw on the ground: the neighbours in the own sequence always, those of other sequences where there is
 * room left.
 */
export function chooseArrows(picture: Picture): Arrow[] {
  const chosen: Arrow[] = [];
  const arrows = picture.links.map((link) => toArrow(picture, link)).sort(byImportance);
  for (const arrow of arrows) {
    const crowded = chosen.some(
      (other) => Math.abs(turnBetween(other.bearing, arrow.bearing)) < ARROW_SPACING_DEGREES,
    );
    if (!crowded || arrow.link.rel !== 'related') chosen.push(arrow);
  }
  return chosen;
}

/** The arrow most in line with a direction, if any is near enough. */
export function arrowTowards(arrows: readonly Arrow[], heading: number): Arrow | null {
  let best: Arrow | null = null;
  let bestTurn = AHEAD_DEGREES;
  for (const arrow of arrows) {
    const turn = Math.abs(turnBetween(heading, arrow.bearing));
    if (turn <= bestTurn && (best === null || turn < bestTurn)) {
      best = arrow;
      bestTurn = turn;
    }
  }
  return best;
}

/** The way that leads where the reader looks, or away from there; along the sequence when nothing lies that way. */
export function wayOn(picture: Picture, heading: number, forwards: boolean): PictureLink | null {
  const arrow = arrowTowards(chooseArrows(picture), heading + (forwards ? 0 : 180));
  return arrow?.link ?? linkTo(picture, forwards ? 'next' : 'prev');
}
