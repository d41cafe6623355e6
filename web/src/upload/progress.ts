/** How far back the rate looks, milliseconds: long enough to be steady, short enough to notice a change of network. */
const WINDOW_MS = 20_000;
/** With less than this seen, nothing is told. */
const SHORTEST_MS = 2_000;
const MOST_SAMPLES = 200;

/** How fast bytes go, of late. */
export class RateMeter {
  private samples: { readonly at: number; readonly bytes: number }[] = [];

  /** Notes that `bytes` in all were sent by `at` (milliseconds). Fewer than before begin anew: an attempt was lost. */
  note(bytes: number, at: number): void {
    const last = this.samples.at(-1);
    if (last !== undefined && bytes < last.bytes) this.reset();
    if (last !== undefined && at - last.at < WINDOW_MS / MOST_SAMPLES) return;
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) > WINDOW_MS) this.samples.shift();
  }

  /** After a pause, what was before does not count. */
  reset(): void {
    this.samples = [];
  }

  /** Bytes a second; null while too little is known. */
  rate(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < SHORTEST_MS) return null;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }
}

/** Seconds that are left, rounded as nobody can know better; null if that cannot be said. */
export function timeLeft(bytes: number, rate: number | null): number | null {
  if (rate === null || rate <= 0) return null;
  const seconds = bytes / rate;
  const step = seconds < 60 ? 5 : seconds < 3600 ? 60 : 600;
  return Math.max(step, Math.ceil(seconds / step) * step);
}

/** `20 s`, `5 min`, `2 h 10 min` in the reader's language. */
export function formatDuration(seconds: number, language: string): string {
  const part = (value: number, unit: string): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  if (seconds < 60) return part(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return part(minutes, 'minute');
  const rest = minutes % 60;
  const hours = part(Math.floor(minutes / 60), 'hour');
  return rest === 0 ? hours : `${hours} ${part(rest, 'minute')}`;
}
