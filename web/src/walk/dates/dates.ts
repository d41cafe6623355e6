import type { Picture } from '../../api/picture';
import { distance } from '../../lib/geometry';
import type { DayStyle } from '../../lib/time';

/** A day on which a place was taken, and the picture of it that is nearest. */
export interface DateHere {
  /** By the clock of the place: `2016-06-01`. */
  readonly day: string;
  readonly id: string;
  readonly sequence: string | null;
  /** Metres from the picture that is shown. */
  readonly away: number;
  /** Whether it is the picture that is shown. */
  readonly current: boolean;
}

const MINUTE_MS = 60_000;

/** By how many minutes a clock is before that of Greenwich, as a time of it says at its end. */
function clockOf(iso: string): number {
  const [, sign, hours, minutes] = /([+-])(\d{2}):?(\d{2})$/.exec(iso) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

/** The day of a moment by a clock, or null if there is no such moment. */
function dayOf(moment: string, clock: number): string | null {
  const local = new Date(Date.parse(moment) + clock * MINUTE_MS);
  return Number.isNaN(local.getTime()) ? null : local.toISOString().slice(0, 10);
}

/** The day on which a picture was taken, by the clock of its place. */
export function dayOfPicture({ takenAt }: Pick<Picture, 'takenAt'>): string | null {
  return takenAt === null ? null : dayOf(takenAt, clockOf(takenAt));
}

/**
 * The days on which the place of a picture was taken, the oldest first, its own among them; nothing where that is the only one.
 * Links say moments in Greenwich's time: the clock of the place is that of the picture, up to an hour in summer.
 */
export function datesHere(picture: Pick<Picture, 'id' | 'sequence' | 'place' | 'takenAt' | 'links'>): readonly DateHere[] {
  const { id, sequence, place, takenAt, links } = picture;
  const own = dayOfPicture(picture);
  if (takenAt === null || own === null) return [];
  const clock = clockOf(takenAt);
  const days = new Map<string, DateHere>([[own, { day: own, id, sequence, away: 0, current: true }]]);
  for (const link of links) {
    const day = link.rel === 'related' && link.datetime !== null ? dayOf(link.datetime, clock) : null;
    if (day === null) continue;
    const away = distance(place, link.place);
    const known = days.get(day);
    if (known === undefined || away < known.away) days.set(day, { day, id: link.id, sequence: link.sequence, away, current: false });
  }
  return days.size === 1 ? [] : [...days.values()].sort((one, other) => one.day.localeCompare(other.day));
}

/** The date next to the one shown: `by` is -1 for the one before it, 1 for the one after it. */
export function dateBeside(dates: readonly DateHere[], by: -1 | 1): DateHere | null {
  const at = dates.findIndex(({ current }) => current);
  return at < 0 ? null : (dates[at + by] ?? null);
}

/** What the picture shown is compared with where nothing else is asked for: what was there before it, else what came after. */
export function dateToCompare(dates: readonly DateHere[]): DateHere | null {
  return dateBeside(dates, -1) ?? dateBeside(dates, 1);
}

/** How a day is written among others: by its month where no other is of that month. */
export function dayStyle(day: string, among: readonly DateHere[]): DayStyle {
  const month = (each: string): string => each.slice(0, 7);
  return among.some((other) => other.day !== day && month(other.day) === month(day)) ? 'medium' : 'month';
}
