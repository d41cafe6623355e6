import type { Place } from '../../lib/geometry';

/** What a file tells of where and when it was taken, and of where the camera looked. */
export interface Shot {
  readonly place: Place | null;
  /** Milliseconds since 1970; null if it tells no time. */
  readonly at: number | null;
  /** Degrees clockwise from north, by the camera's own sensor. */
  readonly heading: number | null;
  /** Whether it says that it shows all around. */
  readonly isPanorama: boolean;
}

export const SILENT: Shot = { place: null, at: null, heading: null, isPanorama: false };
