import { type Box, boxOf as boxOfPlaces, EARTH_RADIUS_M, type Polygon, type Position, radians, type Ring } from '../lib/geometry';

/** Most positions that the API takes of one area. */
export const MOST_POSITIONS = 10_000;

/** An edge of a ring: which one it is, and its ends, the western one first. */
interface Edge {
  readonly index: number;
  readonly west: Position;
  readonly east: Position;
}

/** Twice the area of a triangle, positive where its corners turn left. */
function turn([ax, ay]: Position, [bx, by]: Position, [cx, cy]: Position): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/** Whether a position on the line through two others lies between them. */
function isBetween([x, y]: Position, [ax, ay]: Position, [bx, by]: Position): boolean {
  return Math.min(ax, bx) <= x && x <= Math.max(ax, bx) && Math.min(ay, by) <= y && y <= Math.max(ay, by);
}

/** Where two lines between positions meet, if they do: at a crossing, or where one touches the other. */
function meeting(a: Position, b: Position, c: Position, d: Position): Position | null {
  const [ofA, ofB] = [turn(c, d, a), turn(c, d, b)];
  const [ofC, ofD] = [turn(a, b, c), turn(a, b, d)];
  if (ofA * ofB < 0 && ofC * ofD < 0) {
    const part = ofA / (ofA - ofB);
    return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
  }
  if (ofA === 0 && isBetween(a, c, d)) return a;
  if (ofB === 0 && isBetween(b, c, d)) return b;
  if (ofC === 0 && isBetween(c, a, b)) return c;
  if (ofD === 0 && isBetween(d, a, b)) return d;
  return null;
}

function isSame([ax, ay]: Position, [bx, by]: Position): boolean {
  return ax === bx && ay === by;
}

/** A ring without positions that only repeat the one before. */
function lean(ring: Ring): Position[] {
  return ring.filter((position, index) => {
    const before = ring[index - 1];
    return before === undefined || !isSame(position, before);
  });
}

/**
 * Where a line crosses or touches itself, if it does; a closed one may end where it began. Edges are looked at from west to
 * east, each with those only that reach as far east as it begins.
 */
export function crossing(line: readonly Position[]): Position | null {
  const positions = lean(line);
  const [first, last] = [positions[0], positions.at(-1)];
  const isClosed = first !== undefined && last !== undefined && positions.length > 1 && isSame(first, last);
  const edges: Edge[] = [];
  for (let index = 0; index + 1 < positions.length; index += 1) {
    const [from, to] = [positions[index], positions[index + 1]];
    if (from === undefined || to === undefined) continue;
    edges.push(from[0] <= to[0] ? { index, west: from, east: to } : { index, west: to, east: from });
  }
  const count = edges.length;
  const isNeighbour = (one: number, other: number): boolean =>
    Math.abs(one - other) === 1 || (isClosed && Math.abs(one - other) === count - 1);
  edges.sort((a, b) => a.west[0] - b.west[0]);
  let open: Edge[] = [];
  for (const edge of edges) {
    open = open.filter(({ east }) => east[0] >= edge.west[0]);
    for (const other of open) {
      if (isNeighbour(edge.index, other.index)) continue;
      const found = meeting(edge.west, edge.east, other.west, other.east);
      if (found !== null) return found;
    }
    open.push(edge);
  }
  return null;
}

/** What a ring encloses on the sphere, square metres: Chamberlain and Duquette, “Some algorithms for polygons on a sphere”. */
function ringArea(ring: Ring): number {
  const positions = ring.slice(0, -1);
  const count = positions.length;
  let sum = 0;
  positions.forEach(([, lat], index) => {
    const before = positions[(index + count - 1) % count];
    const after = positions[(index + 1) % count];
    if (before !== undefined && after !== undefined) sum += radians(after[0] - before[0]) * Math.sin(radians(lat));
  });
  return (Math.abs(sum) * EARTH_RADIUS_M ** 2) / 2;
}

/** How large an area is, square metres. What two of its polygons have in common counts twice. */
export function sizeOf(polygons: readonly Polygon[]): number {
  return polygons.reduce((size, [outer = [], ...holes]) => {
    const left = holes.reduce((area, hole) => area - ringArea(hole), ringArea(outer));
    return size + Math.max(0, left);
  }, 0);
}

/** The box around polygons; null where there is nothing. */
export function boxOf(polygons: readonly Polygon[]): Box | null {
  return boxOfPlaces(polygons.flat(2).map(([lon, lat]) => ({ lon, lat })));
}

/** The corners of an area of one outline; null if it is of several, or has holes. */
export function outlineOf([polygon, ...others]: readonly Polygon[]): readonly Position[] | null {
  const [ring, ...holes] = polygon ?? [];
  return ring === undefined || others.length > 0 || holes.length > 0 ? null : lean(ring).slice(0, -1);
}

/** Part of the box around a ring that it has to enclose, so that it is no mere line. */
const LEAST_PART = 1e-9;

/** Whether a ring encloses nothing, such as one whose positions lie on one line. */
function isFlat(ring: Ring): boolean {
  const [west, south, east, north] = boxOf([[ring]]) ?? [0, 0, 0, 0];
  // From a corner of the box, so that few digits are lost.
  const corner: Position = [west, south];
  const twice = ring.reduce((sum, position, index) => sum + turn(corner, ring[index - 1] ?? position, position), 0);
  return Math.abs(twice) / 2 <= LEAST_PART * (east - west) * (north - south);
}

export type Problem = 'few' | 'crossing' | 'flat' | 'detailed';

/** Why this is no area that can be sent, and where. */
export interface Objection {
  readonly problem: Problem;
  readonly at: Position | null;
}

/** What is wrong with an area, if anything is. */
export function objectionTo(polygons: readonly Polygon[]): Objection | null {
  const rings = polygons.flat();
  if (rings.reduce((count, ring) => count + ring.length, 0) > MOST_POSITIONS) return { problem: 'detailed', at: null };
  for (const ring of rings) {
    if (lean(ring).length < 4) return { problem: 'few', at: ring[0] ?? null };
    const at = crossing(ring);
    if (at !== null) return { problem: 'crossing', at };
    if (isFlat(ring)) return { problem: 'flat', at: ring[0] ?? null };
  }
  return null;
}

/** The part of a ring on one side of a meridian; the meridian is its edge where it was cut. */
function half(ring: Ring, meridian: number, side: 'east' | 'west'): Ring {
  const isIn = ([lon]: Position): boolean => (side === 'east' ? lon >= meridian : lon <= meridian);
  const cut: Position[] = [];
  const corners = ring.slice(0, -1);
  corners.forEach((to, index) => {
    const from = corners[(index + corners.length - 1) % corners.length] ?? to;
    if (isIn(from) !== isIn(to)) {
      const part = (meridian - from[0]) / (to[0] - from[0]);
      cut.push([meridian, from[1] + (to[1] - from[1]) * part]);
    }
    if (isIn(to)) cut.push(to);
  });
  const [first] = cut;
  return first === undefined ? [] : [...cut, first];
}

/**
 * A ring that may go on across the antimeridian, with longitudes beyond ±180, as rings that do not (RFC 7946, section 3.1.9).
 */
export function cutAtAntimeridian(ring: Ring): Ring[] {
  return [-360, 0, 360].flatMap((shift) => {
    const moved = ring.map(([lon, lat]): Position => [lon + shift, lat]);
    const part = half(half(moved, -180, 'east'), 180, 'west');
    return part.length >= 4 && !isFlat(part) ? [part] : [];
  });
}
