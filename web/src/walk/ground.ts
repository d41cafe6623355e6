import { clamp, degrees, normalizeHeading, type Place, radians, shifted } from '../lib/geometry';
import { focalOf, type Size } from './flatMath';

/** Where a line of sight goes. */
export interface Direction {
  /** Degrees clockwise from north. */
  readonly heading: number;
  /** Degrees above the horizon. */
  readonly pitch: number;
}

/** A place on the ground, and how far away it is, metres. */
export interface GroundPoint {
  readonly place: Place;
  readonly distance: number;
}

/** How high a camera is held or mounted, metres: between a hand and the roof of a car. */
const EYE_HEIGHT_M = 2;
/** Beyond this distance, metres, half a degree decides on ten metres, and roads are no planes. */
const FARTHEST_M = 60;
/** Radius of the mark that lies on the ground, metres. */
const MARK_RADIUS_M = 0.6;
/** Width of the mark at least and at most, and its least height, pixels: it is to be seen, and not to hide what it lies on. */
const MARK_PX = [28, 240] as const;
const LEAST_MARK_HEIGHT_PX = 8;

/** How far away the ground is that is seen there, metres, if it is level; null where no ground is near enough. */
export function groundDistance(pitch: number): number | null {
  if (pitch >= 0) return null;
  const away = EYE_HEIGHT_M / Math.tan(radians(-pitch));
  return away > FARTHEST_M ? null : away;
}

/** The place on the ground that is seen in a direction; null where no ground is near enough. */
export function groundAt(from: Place, { heading, pitch }: Direction): GroundPoint | null {
  const away = groundDistance(pitch);
  if (away === null) return null;
  const angle = radians(heading);
  return { place: shifted(from, away * Math.sin(angle), away * Math.cos(angle)), distance: away };
}

/** How large a round mark on the ground looks that lies in a direction, `focal` pixels before the eye; null above the ground. */
export function markSize({ pitch }: Direction, focal: number): Size | null {
  const away = groundDistance(pitch);
  if (away === null) return null;
  const width = clamp((2 * MARK_RADIUS_M * focal) / Math.hypot(away, EYE_HEIGHT_M), ...MARK_PX);
  return { width, height: Math.max(LEAST_MARK_HEIGHT_PX, width * Math.sin(radians(-pitch))) };
}

/**
 * The direction that is seen at a place of a flat picture, from 0 at its left or upper edge to 1 at its right or lower one, as
 * if it was taken level.
 */
export function directionIn(at: { x: number; y: number }, size: Size, heading: number, widthDegrees: number): Direction {
  const focal = focalOf(size.width, widthDegrees);
  const [across, up] = [(at.x - 0.5) * size.width, (0.5 - at.y) * size.height];
  return {
    heading: normalizeHeading(heading + degrees(Math.atan2(across, focal))),
    pitch: degrees(Math.atan2(up, Math.hypot(across, focal))),
  };
}
