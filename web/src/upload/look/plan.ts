import type { DispatchRules } from '../../api/configuration';
import { distance, METRES_PER_DEGREE, type Place, radians, turnBetween } from '../../lib/geometry';
import type { Trail } from '../../track/gpx';
import type { Shot } from './shot';

/** A picture that can be put into a sequence. */
export interface Placed extends Shot {
  readonly place: Place;
  readonly at: number;
}

/** What would become of pictures; numbers are places in the list of them. */
export interface Plan {
  /** Sequences in their order, without what is left out. */
  readonly sequences: readonly (readonly number[])[];
  /** What is nearly the same as another one of its sequence. */
  readonly duplicates: ReadonlySet<number>;
  /** What says when, but not where it was taken, and what does not say when. */
  readonly noPlace: readonly number[];
  readonly noTime: readonly number[];
}

export function isPlaced(shot: Shot): shot is Placed {
  return shot.place !== null && shot.at !== null;
}

/** Shots with places on a recorded track: those that have none, or `all`. What was taken outside of it stays as it is. */
export function onTrail(shots: readonly Shot[], trail: Trail, ahead: number, gap: number, all: boolean): readonly Shot[] {
  return shots.map((shot) => {
    if (shot.at === null || (shot.place !== null && !all)) return shot;
    const place = trail.place(shot.at - ahead * 1000, gap);
    return place === null ? shot : { ...shot, place };
  });
}

/** Whether two pictures of a sequence show the same. A panorama looks everywhere, and so does what tells no direction. */
function isSame(one: Placed, other: Placed, rules: DispatchRules): boolean {
  if (one.isPanorama !== other.isPanorama || distance(one.place, other.place) > rules.duplicateDistance) return false;
  if (one.isPanorama || one.heading === null || other.heading === null) return true;
  return Math.abs(turnBetween(one.heading, other.heading)) <= rules.duplicateRotation;
}

/** Side of the squares by which neighbours are found, degrees of latitude: some metres. */
function cellOf({ lon, lat }: Place, metres: number): readonly [number, number] {
  const side = Math.max(metres, 0.5) / METRES_PER_DEGREE;
  return [Math.floor((lon * Math.max(0.01, Math.cos(radians(lat)))) / side), Math.floor(lat / side)];
}

/** Leaves out of a sequence what is the same as one that was kept before it. */
function distinct(part: readonly number[], shots: readonly Shot[], rules: DispatchRules, duplicates: Set<number>): readonly number[] {
  const cells = new Map<string, Placed[]>();
  return part.filter((index) => {
    const shot = shots[index];
    if (shot === undefined || !isPlaced(shot)) return false;
    const [x, y] = cellOf(shot.place, rules.duplicateDistance);
    const near = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => cells.get(`${x + dx}/${y + dy}`) ?? []));
    if (near.some((kept) => isSame(kept, shot, rules))) {
      duplicates.add(index);
      return false;
    }
    const cell = `${x}/${y}`;
    cells.set(cell, [...(cells.get(cell) ?? []), shot]);
    return true;
  });
}

/**
 * What the server would make of pictures: in the order in which they were taken, cut where the gap to the one before is too wide,
 * near-duplicates left out. Which of two duplicates stays, it decides by what it finds out about them. With `relative`, all look so
 * many degrees to the right of the track, and the cameras' sensors are not believed.
 */
export function planOf(all: readonly Shot[], rules: DispatchRules, relative: number | null = null): Plan {
  const shots = relative === null ? all : all.map((shot) => ({ ...shot, heading: null }));
  const order = shots.flatMap((shot, index) => (isPlaced(shot) ? [{ index, shot }] : []));
  order.sort((a, b) => a.shot.at - b.shot.at || a.index - b.index);
  const parts: number[][] = [];
  let before: Placed | null = null;
  for (const { index, shot } of order) {
    const isGap =
      before === null ||
      Math.abs(shot.at - before.at) > rules.splitTime * 1000 ||
      distance(before.place, shot.place) > rules.splitDistance;
    if (isGap) parts.push([]);
    parts.at(-1)?.push(index);
    before = shot;
  }
  const duplicates = new Set<number>();
  const indexes = shots.map((_, index) => index);
  return {
    sequences: parts.map((part) => distinct(part, shots, rules, duplicates)),
    duplicates,
    noPlace: indexes.filter((index) => shots[index]?.place === null && shots[index].at !== null),
    noTime: indexes.filter((index) => shots[index]?.at === null),
  };
}
