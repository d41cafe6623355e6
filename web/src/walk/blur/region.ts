import type { Region } from '../../api/redactions';
import { along, boundsOf, cornersOf, type Lens, type Point, type Rect } from './plane';

/**
 * Points that follow each side of a box on a sphere, whose sides are bent in the picture. Times four sides, and with what
 * cutting at the edges adds, so many boxes as may be drawn at once stay below the corners that one request may have.
 */
const STEPS = 10;
/** Boxes that may be drawn before they are sent. */
export const MOST_BOXES = 20;
/** Smaller parts than this, in pixels of the picture, hold nothing. */
const LEAST_AREA = 1;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The outline, in pixels of the picture, of what a rectangle on the screen covers. */
export function outlineOf(rect: Rect, lens: Lens): Point[] {
  return along(cornersOf(rect), lens.around === null ? 1 : STEPS).map((at) => lens.toPicture(at));
}

/** What the API is told of an outline: none if it lies beside the picture. */
export function regionsOf(outline: readonly Point[], lens: Lens, size: Size): Region[] {
  const { around } = lens;
  if (around === null) {
    const { left, top, right, bottom } = boundsOf(clip(outline, size));
    return right - left > 0 && bottom - top > 0 ? [{ box: [left, top, right, bottom] }] : [];
  }
  const whole = unwrapped(outline, around, size.height);
  return [-around, 0, around]
    .map((turn) => clip(whole.map(({ x, y }) => ({ x: x + turn, y })), size))
    .filter((part) => area(part) >= LEAST_AREA)
    .map((part) => ({ polygon: part.map(({ x, y }) => [round(x), round(y)] as const) }));
}

/**
 * An outline that goes on over the edge of a panorama, `around` pixels across, in place of jumping to the other. One that
 * goes around a pole holds it: it is led along that edge of the picture.
 */
export function unwrapped(outline: readonly Point[], around: number, height: number): Point[] {
  const points: Point[] = [];
  const next = (from: number, to: number): number => from + nearest(to - from, around);
  for (const { x, y } of outline) points.push({ x: next(points.at(-1)?.x ?? x, x), y });
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return points;
  const end = next(last.x, first.x);
  if (Math.abs(end - first.x) < around / 2) return points;
  const pole = points.reduce((sum, { y }) => sum + y, 0) < (points.length * height) / 2 ? 0 : height;
  return [...points, { x: end, y: first.y }, { x: end, y: pole }, { x: first.x, y: pole }];
}

/** The shortest way for a distance around a circle. */
function nearest(distance: number, around: number): number {
  return distance - Math.round(distance / around) * around;
}

/** The part of a polygon that lies in the picture (Sutherland and Hodgman, 1974). */
export function clip(polygon: readonly Point[], { width, height }: Size): Point[] {
  const sides: ((point: Point) => number)[] = [(p) => p.x, (p) => width - p.x, (p) => p.y, (p) => height - p.y];
  return sides.reduce<Point[]>(
    (rest, inside) =>
      rest.flatMap((to, index) => {
        const from = rest.at(index - 1) ?? to;
        const [before, after] = [inside(from), inside(to)];
        const crossing = (): Point => {
          const part = before / (before - after);
          return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
        };
        if (after >= 0) return before >= 0 ? [to] : [crossing(), to];
        return before >= 0 ? [crossing()] : [];
      }),
    [...polygon],
  ).map(({ x, y }) => ({ x: Math.min(Math.max(x, 0), width), y: Math.min(Math.max(y, 0), height) }));
}

function area(polygon: readonly Point[]): number {
  const twice = polygon.reduce((sum, { x, y }, index) => {
    const before = polygon.at(index - 1) ?? { x, y };
    return sum + before.x * y - x * before.y;
  }, 0);
  return Math.abs(twice) / 2;
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}

/** Points along the outline of a region, close enough to be joined by lines on a sphere. */
export function pointsOf(region: Region): Point[] {
  if ('polygon' in region) return region.polygon.map(([x, y]) => ({ x, y }));
  const [left, top, right, bottom] = region.box;
  return along(cornersOf({ left, top, right, bottom }), STEPS);
}
