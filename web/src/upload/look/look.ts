import { backgroundStyleAddress, configuration } from '../../api/configuration';
import { Incomplete } from '../../app/form';
import { toast } from '../../app/toast';
import { fill, h } from '../../lib/dom';
import { type Box, boxOf, type Place } from '../../lib/geometry';
import { inLanes } from '../../lib/lanes';
import { plural, t } from '../../locales';
import { linesOf, Trail } from '../../track/gpx';
import { GpxFields, type Track } from '../../track/gpxFields';
import type { TrackMap } from '../../track/trackMap';
import { pathOf } from '../files';
import { onTrail, type Plan, planOf } from './plan';
import { type Shot, SILENT } from './shot';

/** So many files are read at a time. */
const AT_ONCE = 4;
/** So many names are told of what is wrong with. */
const MOST_NAMES = 5;

export interface LookEvents {
  /** The files that are to be sent. */
  readonly files: () => readonly File[];
  /** One is not to be sent after all. */
  readonly remove: (file: File) => void;
}

/**
 * What is about to be sent, on a map: what would become of it, and why. What has no place is placed on a recorded track. Files are
 * read here; nothing of them is sent for it.
 */
export class Look {
  readonly element: HTMLElement;
  private readonly abort = new AbortController();
  private readonly shots = new WeakMap<File, Shot>();
  private readonly mapPlace = h('div', { class: 'map', 'data-testid': 'look-map' });
  private readonly frame = h('div', { class: 'look-frame' }, this.mapPlace);
  private readonly reading = h('p', { class: 'muted', role: 'status', 'data-testid': 'look-reading' });
  private readonly told = h('div', { class: 'look-told', role: 'status', 'data-testid': 'look-told' });
  private readonly picked = h('div', { class: 'look-picked card', hidden: true, 'data-testid': 'look-picked' });
  private readonly all = h('input', { type: 'checkbox', id: 'look-all', 'data-testid': 'look-all' });
  private readonly fields = new GpxFields((segments) => {
    this.trail = new Trail(segments);
    this.map?.showTrack(linesOf(segments));
    this.show();
  });
  private map: TrackMap | null = null;
  /** What is placed is placed on this; made once for each track, as it is in order of time. */
  private trail = new Trail([]);
  private files: readonly File[] = [];
  /** Which of them the points of the map are. */
  private drawn: readonly number[] = [];
  /** Where files are placed by the track. */
  private placed = new Map<File, Place>();
  private isOpen = false;
  private thumbnail: string | null = null;
  private fitted = '';
  private visit = 0;

  constructor(private readonly events: LookEvents) {
    const track = h(
      'details',
      { class: 'disclosure look-track' },
      h('summary', { 'data-testid': 'look-track' }, t('look.track')),
      h(
        'div',
        { class: 'form' },
        ...this.fields.elements,
        h('label', { class: 'choice' }, this.all, h('span', {}, t('look.all'))),
      ),
    );
    track.addEventListener('input', (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type !== 'file') this.show();
    });
    const content = h('div', { class: 'look-content' }, this.reading, this.frame, h('p', { class: 'hint' }, t('look.hint')), this.picked, this.told, track);
    const details = h('details', { class: 'disclosure look' }, h('summary', { 'data-testid': 'look-open' }, t('look.open')), content);
    details.addEventListener('toggle', () => {
      this.isOpen = details.open;
      if (details.open) void this.update();
    });
    this.element = details;
  }

  destroy(): void {
    this.abort.abort();
    this.forgetThumbnail();
    this.map?.destroy();
  }

  /** Where a file was taken by the track that was chosen; null: as it says itself. */
  placeOf(file: File): Place | null {
    return this.placed.get(file) ?? null;
  }

  /** Other files are chosen than before. */
  async update(): Promise<void> {
    if (!this.isOpen) return;
    const visit = ++this.visit;
    await Promise.all([this.startMap(), this.read(visit)]);
    if (visit !== this.visit || this.abort.signal.aborted) return;
    this.show();
    this.fit(boxOf(this.files.flatMap((file) => this.shots.get(file)?.place ?? [])));
  }

  /** Goes where the pictures are, unless it is where it went the last time. */
  private fit(box: Box | null): void {
    if (box === null || box.join() === this.fitted) return;
    this.map?.fit(box);
    this.fitted = box.join();
  }

  private async startMap(): Promise<void> {
    if (this.map !== null || this.frame.dataset.failed === 'true') return;
    const [{ TrackMap }, styleUrl] = await Promise.all([
      import('../../track/trackMap'),
      backgroundStyleAddress(),
    ]);
    // While it was fetched, another call may have come here.
    if (this.abort.signal.aborted || this.mapPlace.childElementCount > 0) return;
    try {
      this.map = new TrackMap(this.mapPlace, t('look.map'), styleUrl, {
        onPick: (index) => { this.pick(index); },
        onDrag: () => undefined,
        onReady: () => { this.frame.dataset.ready = 'true'; },
        onNoBackground: () => { toast(t('walk.styleFailed'), 'error'); },
      });
    } catch (error) {
      console.error(error);
      this.frame.dataset.failed = 'true';
      fill(this.mapPlace, h('p', { class: 'split-no-map', role: 'alert' }, t('look.noMap')));
    }
  }

  /** Reads what is not read yet. */
  private async read(visit: number): Promise<void> {
    this.files = this.events.files();
    const left = this.files.filter((file) => !this.shots.has(file));
    const count = left.length;
    if (count === 0) return;
    const { readShot } = await import('./reading');
    let done = 0;
    await inLanes(left, AT_ONCE, async (file) => {
      if (visit !== this.visit || this.abort.signal.aborted) return false;
      this.shots.set(file, await readShot(file));
      done += 1;
      this.reading.textContent = t('look.reading', { done, count });
      return true;
    });
    if (visit === this.visit) this.reading.textContent = '';
  }

  private get track(): Track | null {
    try {
      return this.fields.read();
    } catch (error) {
      if (error instanceof Incomplete) return null;
      throw error;
    }
  }

  /** Shows where all are, and what would become of them. */
  private show(): void {
    const own = this.files.map((file) => this.shots.get(file) ?? SILENT);
    const { track } = this;
    const shots = track === null ? own : onTrail(own, this.trail, track.ahead, track.gap, this.all.checked);
    this.placed = new Map(
      this.files.flatMap((file, index): [File, Place][] => {
        const place = shots[index]?.place;
        return place == null || place === own[index]?.place ? [] : [[file, place]];
      }),
    );
    void configuration().then(
      ({ dispatch }) => {
        const plan = planOf(shots, dispatch);
        this.draw(shots, plan);
        this.tell(plan, track !== null);
      },
      () => { this.told.textContent = t('error.network'); },
    );
  }

  private draw(shots: readonly Shot[], plan: Plan): void {
    const sequence = new Map(plan.sequences.flatMap((part, number) => part.map((index) => [index, String(number)] as const)));
    const order = [...plan.sequences.flat(), ...plan.duplicates];
    const entries = order.flatMap((index) => {
      const shot = shots[index];
      const place = shot?.place ?? null;
      if (shot === undefined || place === null) return [];
      return [{ index, place, heading: shot.heading, sequence: sequence.get(index) ?? `left out ${index}` }];
    });
    this.drawn = entries.map(({ index }) => index);
    this.map?.show(entries, (drawn) => !plan.duplicates.has(this.drawn[drawn] ?? -1));
    const moved = entries.filter(({ index }) => {
      const file = this.files[index];
      return file !== undefined && this.placed.has(file);
    });
    this.map?.showAfter(moved);
    const box = boxOf(entries.map(({ place }) => place));
    if (moved.length > 0 && box !== null) this.map?.reveal(box);
  }

  private tell(plan: Plan, hasTrack: boolean): void {
    const names = (indexes: readonly number[]): string => {
      const said = indexes.slice(0, MOST_NAMES).flatMap((index) => this.files[index] ?? []).map(pathOf);
      return (indexes.length > MOST_NAMES ? [...said, '…'] : said).join(', ');
    };
    const { sequences, duplicates, noPlace, noTime } = plan;
    const lines = [
      plural('look.sequences', sequences.length),
      this.placed.size === 0 ? null : plural('look.placed', this.placed.size),
      duplicates.size === 0 ? null : plural('look.duplicates', duplicates.size),
      noPlace.length === 0 ? null : plural(hasTrack ? 'look.offTrack' : 'look.noPlace', noPlace.length, { names: names(noPlace) }),
      noTime.length === 0 ? null : plural('look.noTime', noTime.length, { names: names(noTime) }),
    ].filter((line) => line !== null);
    fill(this.told, h('ul', {}, ...lines.map((line) => h('li', {}, line))));
    const isFine = noPlace.length === 0 && noTime.length === 0;
    this.told.dataset.fine = String(isFine);
  }

  /** Shows a picture that was clicked, and offers to leave it out. */
  private pick(drawn: number): void {
    const file = this.files[this.drawn[drawn] ?? -1];
    if (file === undefined) return;
    this.forgetThumbnail();
    this.thumbnail = URL.createObjectURL(file);
    const image = h('img', { src: this.thumbnail, alt: '', class: 'look-thumb' });
    // Not every browser shows every kind of file.
    image.addEventListener('error', () => { image.hidden = true; });
    const remove = h(
      'button',
      {
        type: 'button',
        class: 'button',
        onclick: () => {
          this.picked.hidden = true;
          this.forgetThumbnail();
          this.events.remove(file);
        },
        'data-testid': 'look-remove',
      },
      t('look.remove'),
    );
    const name = h('h3', { tabindex: -1 }, pathOf(file));
    fill(this.picked, image, h('div', {}, name, remove));
    this.picked.hidden = false;
    name.focus({ preventScroll: true });
    this.picked.scrollIntoView({ block: 'nearest' });
  }

  private forgetThumbnail(): void {
    if (this.thumbnail !== null) URL.revokeObjectURL(this.thumbnail);
    this.thumbnail = null;
  }
}
