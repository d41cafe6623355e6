import type { Change } from '../api/manyEdits';
import type { OwnPicture } from '../api/sequences';
import { distance } from '../lib/geometry';

/** A part of a list, both ends in it, counted from 0. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** How many there are in it. */
export function sizeOf({ first, last }: Range): number {
  return Math.max(0, last - first + 1);
}

/** Those in the range. */
export function within<T>(all: readonly T[], { first, last }: Range): readonly T[] {
  return all.slice(first, last + 1);
}

/** The range with another beginning or end; the other end gives way where it would be on the wrong side. */
export function from(range: Range, first: number): Range {
  return { first, last: Math.max(first, range.last) };
}
export function upTo(range: Range, last: number): Range {
  return { first: Math.min(range.first, last), last };
}

/** By how many seconds a camera's clock was behind: from what it said to what it was, both without the zone they share. */
export function secondsBetween(said: string, was: string): number | null {
  const read = (text: string): number => {
    const wall = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?/.exec(text);
    return wall === null ? NaN : Date.parse(`${wall[1] ?? ''}T${wall[2] ?? ''}${wall[3] ?? ':00'}Z`);
  };
  const seconds = (read(was) - read(said)) / 1000;
  return Number.isFinite(seconds) ? seconds : null;
}

/** What a field for a local date and time takes: without the zone, to the second. */
export function wallClock(iso: string): string {
  return iso.slice(0, 19);
}

/** The pictures as they are after these changes. */
export function applied(pictures: readonly OwnPicture[], changes: readonly Change[]): readonly OwnPicture[] {
  const became = new Map(changes.map((change) => [change.picture, change.became]));
  return pictures.map((picture) => {
    const { place, heading, takenAt } = became.get(picture.id) ?? {};
    return {
      ...picture,
      ...(place === undefined ? {} : { place }),
      ...(heading === undefined ? {} : { heading }),
      ...(takenAt === undefined ? {} : { takenAt }),
    };
  });
}

/** The farthest that a picture is moved, metres; null if none is. */
export function farthestMove(changes: readonly Change[]): number | null {
  const moves = changes.flatMap(({ was, became }) =>
    was.place === undefined || became.place === undefined ? [] : [distance(was.place, became.place)],
  );
  return moves.length === 0 ? null : moves.reduce((most, each) => Math.max(most, each), 0);
}
