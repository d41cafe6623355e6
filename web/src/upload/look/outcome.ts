import { normalizeHeading, type Place } from '../../lib/geometry';
import type { Trail } from '../../track/gpx';
import type { Track } from '../../track/gpxFields';
import { pathOf } from '../files';
import type { Correction } from '../correction';
import { ALL, Amounts } from './amounts';
import { onTrail } from './plan';
import { corrected, difference, later, type Shot, SILENT } from './shot';

/** The scopes that a file is of: all of them, its folder, its camera. */
export function scopesOf(file: File, { camera }: Shot): readonly string[] {
  return [ALL, `folder ${folderOf(file)}`, ...(camera === null ? [] : [`camera ${camera}`])];
}

/** Where a file lies, from what was chosen; empty without a folder. */
export function folderOf(file: File): string {
  return pathOf(file).split('/').slice(0, -1).join('/');
}

/** What becomes of the files, and how many are other than they say, by what makes them so. */
export interface Outcome {
  /** Of which files. */
  readonly files: ReadonlySet<File>;
  readonly shots: readonly Shot[];
  readonly corrections: ReadonlyMap<File, Correction>;
  /** Which of them are drawn as moved. */
  readonly moved: ReadonlySet<number>;
  readonly counts: Readonly<Record<'kept' | 'placed' | 'byHand' | 'retimed' | 'turned', number>>;
}

/** What a contributor put right of files that are to be sent. */
export class Wishes {
  /** By how many seconds clocks were behind. */
  readonly clocks = new Amounts();
  /** By how many degrees cameras are to be turned, clockwise. */
  readonly turns = new Amounts();
  /** Degrees between travel and view, for all of them, whatever the cameras say; null: as they say. */
  relative: number | null = null;
  /** What was put right before a reload. */
  kept: (file: File) => Correction | null = () => null;
  private readonly places = new Map<File, Place | null>();

  /** Puts a file somewhere; null: back where it says. */
  put(file: File, place: Place | null): void {
    this.places.set(file, place);
  }

  /** Whether a file was put somewhere by hand, or was before a reload. */
  isPut(file: File): boolean {
    const put = this.places.get(file);
    return put === undefined ? this.kept(file)?.place != null : put !== null;
  }

  /** The shot as it was before all that is chosen now. */
  before(file: File, own: Shot): Shot {
    const kept = this.kept(file);
    if (kept === null) return own;
    return corrected(own, this.places.get(file) === null ? { ...kept, place: null } : kept);
  }

  /** What becomes of files by all of it: `own` is what they say themselves, and `all` that the track places them all. */
  outcome(files: readonly File[], own: readonly Shot[], track: Track | null, trail: Trail, all: boolean): Outcome {
    const said = files.map((file, index) => {
      const shot = own[index] ?? SILENT;
      return later(this.before(file, shot), this.clocks.of(scopesOf(file, shot)) * 1000);
    });
    const placed = track === null ? said : onTrail(said, trail, track.ahead, track.gap, all);
    const shots = files.map((file, index) => this.turned(file, placed[index] ?? SILENT));
    const corrections = new Map(
      files.flatMap((file, index): [File, Correction][] => {
        const correction = difference(own[index] ?? SILENT, shots[index] ?? SILENT);
        return correction === null ? [] : [[file, correction]];
      }),
    );
    const moved = new Set(files.flatMap((file, index) => (corrections.get(file)?.place == null ? [] : [index])));
    const isByHand = (file: File): boolean => this.places.get(file) != null;
    const counts = {
      kept: files.filter((file) => this.kept(file) !== null).length,
      placed: files.filter((file, index) => !isByHand(file) && placed[index]?.place !== said[index]?.place).length,
      byHand: files.filter(isByHand).length,
      retimed: files.filter((file, index) => this.clocks.of(scopesOf(file, own[index] ?? SILENT)) !== 0 && said[index]?.at != null).length,
      turned: files.filter((_, index) => shots[index]?.heading !== placed[index]?.heading).length,
    };
    return { files: new Set(files), shots, corrections, moved, counts };
  }

  private turned(file: File, shot: Shot): Shot {
    const place = this.places.get(file) ?? shot.place;
    const turn = this.relative === null ? this.turns.of(scopesOf(file, shot)) : 0;
    const heading = shot.heading === null || turn === 0 ? shot.heading : normalizeHeading(shot.heading + turn);
    return place === shot.place && heading === shot.heading ? shot : { ...shot, place, heading };
  }
}
