import { bearing, distance, normalizeHeading, type Place, radians, degrees as toDegrees, turnBetween } from '../../lib/geometry';
import { isPlaced, type Placed, type Plan } from './plan';
import type { Shot } from './shot';

/** What the server takes for noise: see `crates/dispatch/src/heading.rs`. Metres, metres a second, and how many standstills. */
const STANDSTILL_M = 0.5;
const DRIFT = 0.3;
const MOVED = 4;
/** A turn by more degrees than this is a turn back. */
const TURN_BACK = 120;

/** Whether a picture has left the stop that began at a place. */
function leaves(shot: Placed, stop: Place, before: Placed | null): boolean {
  const seconds = before === null ? 0 : Math.abs(shot.at - before.at) / 1000;
  const drifts = before !== null && distance(before.place, shot.place) < DRIFT * seconds;
  return distance(stop, shot.place) >= (drifts ? STANDSTILL_M * MOVED : STANDSTILL_M);
}

/** The direction of the way at a place, out of the ways to it and from it: the nearer says more. */
function tangent(before: Place | undefined, here: Place, after: Place | undefined): number | null {
  if (before === undefined) return after === undefined ? null : bearing(here, after);
  const arrival = bearing(before, here);
  if (after === undefined) return arrival;
  const turn = turnBetween(arrival, bearing(here, after));
  if (Math.abs(turn) > TURN_BACK) return arrival;
  const [wayIn, wayOut] = [distance(before, here), distance(here, after)];
  const bend = Math.atan2(Math.sin(radians(turn)) * wayIn, wayOut + Math.cos(radians(turn)) * wayIn);
  return arrival + toDegrees(bend);
}

/** The direction of travel at each picture of a sequence; null where nothing moved. */
function directions(shots: readonly Placed[]): readonly (number | null)[] {
  const stops: Place[] = [];
  const stopOf = shots.map((shot, index) => {
    const last = stops.at(-1);
    if (last === undefined || leaves(shot, last, shots[index - 1] ?? null)) stops.push(shot.place);
    return stops.length - 1;
  });
  const tangents = stops.map((here, index) => tangent(stops[index - 1], here, stops[index + 1]));
  return stopOf.map((stop) => tangents[stop] ?? null);
}

/**
 * Where pictures look that the server lets look along the track: those of which no sensor tells, or, so many degrees to the
 * right of it, all of them.
 */
export function headingsAlong({ sequences }: Plan, shots: readonly Shot[], relative: number | null): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const part of sequences) {
    const placed = part.flatMap((index) => {
      const shot = shots[index];
      return shot !== undefined && isPlaced(shot) ? [{ index, shot }] : [];
    });
    const ways = directions(placed.map(({ shot }) => shot));
    for (const [place, { index, shot }] of placed.entries()) {
      if (shot.heading !== null && relative === null) continue;
      const way = ways[place] ?? null;
      // Where nothing moved, the angle counts from north.
      if (way !== null || relative !== null) found.set(index, normalizeHeading((way ?? 0) + (relative ?? 0)));
    }
  }
  return found;
}
