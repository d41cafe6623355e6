/**
 * The wall-clock time where the picture was taken, in the reader's language.
 *
 * `iso` carries the offset of that place (`2021-07-29T11:16:54+02:00`); the digits are shown as they stand, since a
 * reader elsewhere wants to know that it was noon there, not what their own clock said. `medium` has seconds, `short` has none.
 */
export function formatLocalTime(iso: string, language: string, timeStyle: 'short' | 'medium' = 'short'): string {
  const wall = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)/.exec(iso);
  if (wall === null) return iso;
  const asUtc = new Date(`${wall[1] ?? ''}T${wall[2] ?? ''}Z`);
  if (Number.isNaN(asUtc.getTime())) return iso;
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle, timeZone: 'UTC' }).format(asUtc);
}

/** How a day is written: `1 June 2016`, `1 Jun 2016` or `Jun 2016`. */
export type DayStyle = 'long' | 'medium' | 'month';

const DAY_STYLES: Readonly<Record<DayStyle, Intl.DateTimeFormatOptions>> = {
  long: { dateStyle: 'long' },
  medium: { dateStyle: 'medium' },
  month: { month: 'short', year: 'numeric' },
};

/** A day, `2016-06-01`, in the reader's language. */
export function formatDay(day: string, language: string, style: DayStyle): string {
  const noon = new Date(`${day}T12:00Z`);
  if (Number.isNaN(noon.getTime())) return day;
  return new Intl.DateTimeFormat(language, { ...DAY_STYLES[style], timeZone: 'UTC' }).format(noon);
}

/** A moment by the reader's own clock, in their language. */
export function formatMoment(iso: string, language: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(moment);
}

/** A number of bytes for people: `3.3 MB`. */
export function formatBytes(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let value = bytes;
  let index = 0;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[index] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: index < 2 || value >= 100 ? 0 : 1,
  }).format(value);
}

/** Resolves after `ms`, or rejects when `signal` fires first. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
