import { backgroundStyleAddress, configuration } from '../../api/configuration';
import { Incomplete } from '../../app/form';
import { toast } from '../../app/toast';
import { fill, h } from '../../lib/dom';
import { type Box, boxOf, type Place, shifted } from '../../lib/geometry';
import { inLanes } from '../../lib/lanes';
import { t } from '../../locales';
import { linesOf, Trail } from '../../track/gpx';
import { GpxFields, type Track } from '../../track/gpxFields';
import type { Placed, TrackMap } from '../../track/trackMap';
import type { Correction } from '../correction';
import { headingsAlong } from './along';
import { CorrectionFields } from './correctionFields';
import { type Outcome, Wishes } from './outcome';
import { PickedCard } from './pickedCard';
import { PictureNumber } from './pictureNumber';
import { type Plan, planOf } from './plan';
import { type Shot, SILENT } from './shot';
import { linesAbout } from './words';

/** So many files are read at a time. */
const AT_ONCE = 4;

export interface LookEvents {
  /** The files that are to be sent. */
  readonly files: () => readonly File[];
  /** One is not to be sent after all. */
  readonly remove: (file: File) => void;
}

/** A picture on the map, and its place in the list of files. */
interface Drawn extends Placed {
  readonly index: number;
}

/**
 * What is about to be sent, on a map: what would become of it, and why. Clocks, directions and places are put right here, by hand or by
 * a recorded track. Files are read here; nothing of them is sent for it.
 */
export class Look {
  readonly element: HTMLElement;
  private readonly abort = new AbortController();
  private readonly shots = new WeakMap<File, Shot>();
  private readonly mapPlace = h('div', { class: 'map', 'data-testid': 'look-map' });
  private readonly frame = h('div', { class: 'look-frame' }, this.mapPlace);
  private readonly reading = h('p', { class: 'muted', role: 'status', 'data-testid': 'look-reading' });
  private readonly told = h('div', { class: 'look-told', role: 'status', 'data-testid': 'look-told' });
  private readonly number = new PictureNumber((index) => { this.pick(index, false); });
  private readonly card: PickedCard;
  private readonly all = h('input', { type: 'checkbox', id: 'look-all', 'data-testid': 'look-all' });
  private readonly track = new GpxFields((segments) => {
    this.trail = new Trail(segments);
    this.map?.showTrack(linesOf(segments));
    this.show(true);
  });
  private readonly wishes = new Wishes();
  private readonly fields = new CorrectionFields(this.wishes, () => { this.show(); });
  private map: TrackMap | null = null;
  /** What is placed is placed on this; made once for each track, as it is in order of time. */
  private trail = new Trail([]);
  private files: readonly File[] = [];
  private drawn: readonly Drawn[] = [];
  private outcome: Outcome | null = null;
  /** Where the picked picture was before it was dragged. */
  private grabbed: Place | null = null;
  private isOpen = false;
  private fitted = '';
  private visit = 0;
  private settled: Promise<void> = Promise.resolve();

  constructor(private readonly events: LookEvents) {
    this.card = new PickedCard({
      put: (file, place) => {
        this.wishes.put(file, place);
        this.show();
        if (place !== null) this.map?.reveal([place.lon, place.lat, place.lon, place.lat]);
      },
      remove: events.remove,
    });
    const track = h(
      'details',
      { class: 'disclosure look-part' },
      h('summary', { 'data-testid': 'look-track' }, t('look.track')),
      h('div', { class: 'form' }, ...this.track.elements, h('label', { class: 'choice' }, this.all, h('span', {}, t('look.all')))),
    );
    track.addEventListener('input', (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type !== 'file') this.show(true);
    });
    const content = h(
      'div',
      { class: 'look-content' },
      this.reading,
      this.frame,
      h('p', { class: 'hint' }, t('look.hint')),
      this.number.element,
      this.card.element,
      this.told,
      this.fields.element,
      track,
    );
    const details = h('details', { class: 'disclosure look' }, h('summary', { 'data-testid': 'look-open' }, t('look.open')), content);
    details.addEventListener('toggle', () => {
      this.isOpen ||= details.open;
      if (details.open) void this.update();
    });
    this.element = details;
  }

  destroy(): void {
    this.abort.abort();
    this.card.close();
    this.map?.destroy();
  }

  /** An upload that was begun is gone on with, with what was put right then; null: there is none. */
  resume(begun: { readonly kept: (file: File) => Correction | null; readonly relative: number | null } | null): void {
    this.wishes.kept = begun?.kept ?? (() => null);
    this.wishes.relative = begun?.relative ?? null;
    this.fields.isBegun = begun !== null;
    void this.update();
  }

  /** Degrees between travel and view that all pictures are to have, whatever the cameras say; null: as they say. */
  get relative(): number | null {
    return this.wishes.relative;
  }

  /** What is to be taken in place of what a file says; null: all is as it says. */
  correctionOf(file: File): Correction | null {
    return this.outcome?.files.has(file) === true ? (this.outcome.corrections.get(file) ?? null) : this.wishes.kept(file);
  }

  /** Waits until it is known what becomes of all that is chosen. */
  async ready(): Promise<void> {
    await this.settled;
  }

  /** Other files are chosen than before. Nothing is read for who never looks at it. */
  update(): Promise<void> {
    if (this.isOpen) this.settled = this.readAndShow();
    return this.settled;
  }

  private async readAndShow(): Promise<void> {
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
        onPick: (drawn) => { this.pick(this.drawn[drawn]?.index ?? -1, true); },
        // Only what was picked: whoever moves the map takes hold of pictures all the time.
        isMovable: (drawn) => this.files[this.drawn[drawn]?.index ?? -1] === this.card.picked,
        onDrag: (east, north, ended) => { this.drag(east, north, ended); },
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
    const files = this.events.files();
    const left = files.filter((file) => !this.shots.has(file));
    const count = left.length;
    if (count > 0) {
      const { readShot } = await import('./reading');
      let done = 0;
      await inLanes(left, AT_ONCE, async (file) => {
        if (visit !== this.visit || this.abort.signal.aborted) return false;
        this.shots.set(file, await readShot(file));
        done += 1;
        this.reading.textContent = t('look.reading', { done, count });
        return true;
      });
    }
    if (visit !== this.visit) return;
    this.reading.textContent = '';
    this.files = files;
  }

  private get chosenTrack(): Track | null {
    try {
      return this.track.read();
    } catch (error) {
      if (error instanceof Incomplete) return null;
      throw error;
    }
  }

  /** Shows where all are, and what would become of them; `isReplaced`: many may be somewhere else now. */
  private show(isReplaced = false): void {
    const { files, chosenTrack: track, wishes } = this;
    const own = files.map((file) => this.shots.get(file) ?? SILENT);
    const outcome = wishes.outcome(files, own, track, this.trail, this.all.checked);
    this.outcome = outcome;
    this.fields.show(files, own);
    this.number.show(outcome.shots);
    const index = this.card.picked === null ? -1 : files.indexOf(this.card.picked);
    const [file, shot] = [files[index], outcome.shots[index]];
    if (file === undefined || shot === undefined) this.card.close();
    else this.card.show(shot, wishes.isPut(file));
    void configuration().then(
      ({ dispatch }) => {
        if (this.outcome !== outcome) return;
        const plan = planOf(outcome.shots, dispatch, wishes.relative);
        this.draw(outcome, plan);
        const box = boxOf(this.drawn.map(({ place }) => place));
        if (isReplaced && outcome.counts.placed > 0 && box !== null) this.map?.reveal(box);
        this.tell(outcome, plan, track !== null);
      },
      () => { this.told.textContent = t('error.network'); },
    );
  }

  private draw({ shots, moved }: Outcome, plan: Plan): void {
    const sequence = new Map(plan.sequences.flatMap((part, number) => part.map((index) => [index, String(number)] as const)));
    const along = headingsAlong(plan, shots, this.wishes.relative);
    this.drawn = [...plan.sequences.flat(), ...plan.duplicates].flatMap((index) => {
      const shot = shots[index];
      const place = shot?.place ?? null;
      if (shot === undefined || place === null) return [];
      return [{ index, place, heading: along.get(index) ?? shot.heading, sequence: sequence.get(index) ?? `left out ${index}` }];
    });
    this.map?.show(this.drawn, (drawn) => !plan.duplicates.has(this.drawn[drawn]?.index ?? -1));
    this.map?.showAfter(this.drawn.filter(({ index }) => moved.has(index)));
    this.showPicked();
  }

  private tell(outcome: Outcome, plan: Plan, hasTrack: boolean): void {
    fill(this.told, h('ul', {}, ...linesAbout(this.files, outcome, plan, this.wishes.relative, hasTrack).map((line) => h('li', {}, line))));
    this.told.dataset.fine = String(plan.noPlace.length === 0 && plan.noTime.length === 0);
  }

  /** Shows a picture, with what can be done about it. */
  private pick(index: number, isTold: boolean): void {
    const [file, shot] = [this.files[index], this.outcome?.shots[index]];
    if (file === undefined || shot === undefined) return;
    this.card.open(file, isTold);
    this.card.show(shot, this.wishes.isPut(file));
    this.number.tell(index, file);
    this.showPicked();
  }

  private showPicked(): void {
    const found = this.drawn.find(({ index }) => this.files[index] === this.card.picked);
    this.map?.showPicked(found?.place ?? null);
  }

  /** The picked picture is dragged. */
  private drag(east: number, north: number, ended: boolean): void {
    const found = this.drawn.find(({ index }) => this.files[index] === this.card.picked);
    const file = this.files[found?.index ?? -1];
    if (found === undefined || file === undefined) return;
    this.grabbed ??= found.place;
    const place = shifted(this.grabbed, east, north);
    this.map?.showPicked(place);
    if (!ended) return;
    this.grabbed = null;
    this.wishes.put(file, place);
    this.show();
  }
}
