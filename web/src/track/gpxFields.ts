import { Incomplete } from '../app/form';
import { labelled } from '../app/labelled';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { type Fix, LARGEST_TRACK, readGpx } from './gpx';
import { numberField } from '../app/numberField';

/** The widest gap in a track that is bridged if nothing else is said, seconds. */
const USUAL_GAP_S = 60;
/** Farthest that a clock can be off for the API: 100 years, seconds. */
const FARTHEST_S = 3_155_760_000;

/** A recorded track, and how pictures are placed on it by their time. */
export interface Track {
  /** The file as it is. */
  readonly gpx: string;
  readonly segments: readonly (readonly Fix[])[];
  /** By how many seconds the camera's clock is ahead of the track's. */
  readonly ahead: number;
  /** Widest gap that is bridged, seconds. */
  readonly gap: number;
}

/** Fields for a track: a GPX file, and what its clock and its gaps have to do with the pictures. */
export class GpxFields {
  readonly elements: readonly HTMLElement[];
  private readonly said = h('p', { class: 'hint', role: 'status', 'data-testid': 'track-said' });
  private readonly file = h('input', { id: 'track-file', type: 'file', accept: '.gpx,application/gpx+xml', required: true, 'data-testid': 'track-file' });
  private readonly ahead = numberField('track-ahead', t('track.ahead'), { min: -FARTHEST_S, max: FARTHEST_S, value: 0, hint: t('track.aheadHint') });
  private readonly gap = numberField('track-gap', t('track.gap'), { min: 0, max: 3600, value: USUAL_GAP_S, hint: t('track.gapHint') });
  private known: Pick<Track, 'gpx' | 'segments'> | null = null;

  /** `onTrack`: one was read; without segments: there is none any more. */
  constructor(private readonly onTrack: (segments: readonly (readonly Fix[])[]) => void) {
    this.file.addEventListener('change', () => void this.take());
    this.elements = [labelled(t('track.file'), this.file, this.said), this.ahead.element, this.gap.element];
  }

  /** @throws {Incomplete} if something is missing. */
  read(): Track {
    if (this.known === null) throw new Incomplete(t('track.none'), this.file);
    return { ...this.known, ahead: this.ahead.read(), gap: this.gap.read() };
  }

  private async take(): Promise<void> {
    const [chosen] = this.file.files ?? [];
    this.known = null;
    fill(this.said);
    const known = chosen === undefined ? null : await this.open(chosen);
    this.known = known;
    this.onTrack(known?.segments ?? []);
  }

  /** Reads a file, and says what came of it; null if that is nothing. */
  private async open(chosen: File): Promise<Pick<Track, 'gpx' | 'segments'> | null> {
    const { name } = chosen;
    if (chosen.size > LARGEST_TRACK) {
      this.said.textContent = t('track.large', { name });
      return null;
    }
    const gpx = await chosen.text();
    const segments = readGpx(gpx);
    const points = segments?.reduce((sum, segment) => sum + segment.length, 0) ?? 0;
    if (segments === null || points === 0) {
      this.said.textContent = t('track.unreadable', { name });
      return null;
    }
    this.said.textContent = t('track.read', { name, count: points });
    return { gpx, segments };
  }
}
