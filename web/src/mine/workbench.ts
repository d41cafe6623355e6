import { backgroundStyleAddress } from '../api/configuration';
import { type Change, editMany, type Operation } from '../api/manyEdits';
import { forgetAllPictures } from '../api/pictures';
import { MOST_PICTURES, type OwnPicture, picturesOf, titleOf } from '../api/sequences';
import { errorText } from '../app/errorText';
import { openDialog } from '../app/dialog';
import { Said } from '../app/said';
import { toast } from '../app/toast';
import { fill, h } from '../lib/dom';
import { boxOf, shifted } from '../lib/geometry';
import { plural, t } from '../locales';
import type { Placed, TrackMap } from '../track/trackMap';
import { deleteAll } from './deleting';
import { applied, type Range, within } from './outcome';
import { OwnPast } from './past';
import { Which } from './which';
import { outcomeLines } from './words';
import { type Preview, Work } from './work';

/** Pictures of one's own on a map, and what corrects many of them at once. */
export class Workbench {
  readonly element: HTMLElement;
  private readonly abort = new AbortController();
  private readonly mapPlace = h('div', { class: 'map', 'data-testid': 'mine-map' });
  private readonly frame = h('div', { class: 'split-frame' }, this.mapPlace);
  private readonly said = new Said('mine-said');
  private readonly content = h('div', { 'data-testid': 'mine-work' });
  /** Of what the pictures are. */
  private readonly subject = h('p', { class: 'mine-subject', 'data-testid': 'mine-subject' });
  private readonly which = new Which((range) => {
    this.range = range;
    this.draw();
    void this.work.refresh();
  });
  private readonly work: Work;
  private readonly past = new OwnPast(this.abort.signal, (partly) => {
    this.said.say(t(partly ? 'edit.undonePartly' : 'edit.undone'));
    void this.load();
  });
  private map: TrackMap | null = null;
  private pictures: readonly OwnPicture[] = [];
  private range: Range = { first: 0, last: -1 };
  private isFitted = false;

  constructor(private readonly sequences: readonly string[]) {
    this.work = new Work({
      firstTaken: () => this.pictures[this.range.first]?.takenAt ?? null,
      onChange: () => { this.showMove(); },
      onTrack: (lines) => { this.map?.showTrack(lines); },
      preview: (operation) => this.preview(operation),
      make: (operation) => this.make(operation),
      count: () => this.chosen.length,
      remove: () => { this.remove(); },
    });
    this.element = h(
      'div',
      { class: 'split mine' },
      h(
        'header',
        { class: 'split-head' },
        h('p', {}, h('a', { href: '/pictures', 'data-testid': 'mine-back' }, t('mine.back'))),
        h('h1', {}, t('mine.correct')),
        this.subject,
        h('p', { class: 'lead' }, t('mine.correctIntro')),
      ),
      this.frame,
      h('div', { class: 'split-side' }, this.said.element, this.content),
    );
    void this.begin();
  }

  destroy(): void {
    this.abort.abort();
    this.map?.destroy();
  }

  private get chosen(): readonly OwnPicture[] {
    return within(this.pictures, this.range);
  }

  private async begin(): Promise<void> {
    void this.showSubject();
    await Promise.all([this.load(), this.startMap()]);
    if (this.abort.signal.aborted) return;
    this.draw();
    this.fit();
  }

  private async showSubject(): Promise<void> {
    const [first, ...others] = this.sequences;
    if (first === undefined || others.length > 0) {
      this.subject.textContent = plural('mine.sequences', this.sequences.length);
      return;
    }
    // Where the pictures can't be had either, that is said.
    this.subject.textContent = await titleOf(first, this.abort.signal).catch(() => '');
  }

  private async startMap(): Promise<void> {
    const [{ TrackMap }, styleUrl] = await Promise.all([
      import('../track/trackMap'),
      backgroundStyleAddress(),
    ]);
    if (this.abort.signal.aborted) return;
    try {
      this.map = new TrackMap(this.mapPlace, t('mine.map'), styleUrl, {
        onPick: (index) => { this.which.pick(index); },
        isMovable: (index) => this.work.move !== null && index >= this.range.first && index <= this.range.last,
        onDrag: (east, north, ended) => { this.drag(east, north, ended); },
        onReady: () => { this.frame.dataset.ready = 'true'; },
        onNoBackground: () => { toast(t('walk.styleFailed'), 'error'); },
      });
    } catch (error) {
      console.error(error);
      fill(this.mapPlace, h('p', { class: 'split-no-map', role: 'alert' }, t('mine.noMap')));
    }
  }

  /** Fetches the pictures, and shows them as they are. The choice stays where it makes sense still. */
  private async load(): Promise<void> {
    const { signal } = this.abort;
    const whole = this.pictures.length === 0 || this.chosen.length === this.pictures.length;
    const loading = h('p', { class: 'muted', role: 'status' }, t('app.loading'));
    if (this.pictures.length === 0) fill(this.content, loading);
    try {
      const found: OwnPicture[] = [];
      for (const sequence of this.sequences) {
        const tell = (count: number): void => {
          loading.textContent = plural('mine.loaded', found.length + count);
        };
        found.push(...(await picturesOf(sequence, MOST_PICTURES - found.length, tell, signal)));
        if (found.length > MOST_PICTURES) break;
      }
      if (found.length > MOST_PICTURES) {
        fill(this.content, h('p', { class: 'problem', role: 'alert' }, t('mine.tooMany', { most: MOST_PICTURES })));
        return;
      }
      this.pictures = found;
    } catch (error) {
      if (signal.aborted) return;
      const retry = h('button', { type: 'button', class: 'button', onclick: () => void this.again() }, t('app.retry'));
      fill(this.content, h('p', { class: 'problem', role: 'alert' }, errorText(error)), retry);
      return;
    }
    const last = this.pictures.length - 1;
    this.range = whole ? { first: 0, last } : { first: Math.min(this.range.first, last), last: Math.min(this.range.last, last) };
    this.show();
  }

  private async again(): Promise<void> {
    await this.load();
    this.draw();
    this.fit();
  }

  private show(): void {
    if (this.pictures.length === 0) {
      fill(this.content, h('p', { class: 'muted', 'data-testid': 'mine-none' }, t('mine.noPictures')), this.past.element);
    } else if (!this.content.contains(this.which.element)) {
      fill(this.content, this.which.element, this.work.element, this.past.element);
    }
    this.which.show(this.pictures, this.range);
    this.draw();
    void this.work.refresh();
    void this.past.load();
  }

  private fit(): void {
    const box = boxOf(this.pictures.map(({ place }) => place));
    if (this.isFitted || box === null || this.map === null) return;
    this.map.fit(box);
    this.isFitted = true;
  }

  private draw(): void {
    const { first, last } = this.range;
    this.map?.show(this.pictures, (index) => index >= first && index <= last);
    this.showMove();
  }

  /** Where the pictures would be if they were moved as it says, as long as nobody asked the server. */
  private showMove(): void {
    const { move } = this.work;
    const moved = move !== null && (move.east !== 0 || move.north !== 0);
    this.map?.showAfter(
      moved ? this.chosen.map(({ place, sequence }) => ({ place: shifted(place, move.east, move.north), sequence, heading: null })) : [],
    );
  }

  /** How far they were to be moved when one was taken hold of. */
  private before: { readonly east: number; readonly north: number } | null = null;

  private drag(east: number, north: number, ended: boolean): void {
    this.before ??= this.work.move ?? { east: 0, north: 0 };
    this.work.moveTo(this.before.east + east, this.before.north + north, ended);
    this.showMove();
    if (ended) this.before = null;
  }

  private async preview(operation: Operation): Promise<Preview> {
    const outcome = await editMany(this.ids(), operation, true, this.abort.signal);
    this.showChanges(outcome.changes);
    const numbers = new Map(this.pictures.map(({ id }, index) => [id, index + 1]));
    return { changes: outcome.changes.length, ...outcomeLines(outcome, (id) => numbers.get(id) ?? null) };
  }

  private ids(): string[] {
    return this.chosen.map(({ id }) => id);
  }

  private showChanges(changes: readonly Change[]): void {
    const seen = changes.filter(({ became }) => became.place !== undefined || became.heading !== undefined);
    const touched = new Set(seen.map(({ picture }) => picture));
    const after = applied(this.pictures, seen).filter(({ id }) => touched.has(id));
    this.map?.showAfter(after.map(({ place, sequence, heading }): Placed => ({ place, sequence, heading })));
    const box = boxOf([...this.chosen, ...after].map(({ place }) => place));
    if (box !== null) this.map?.reveal(box);
  }

  private async make(operation: Operation): Promise<void> {
    const { changes } = await editMany(this.ids(), operation, false);
    forgetAllPictures();
    this.pictures = applied(this.pictures, changes);
    this.which.show(this.pictures, this.range);
    this.draw();
    this.said.say(plural('mine.done', changes.length));
    void this.past.load();
  }

  /** Asks, and deletes what is chosen. */
  private remove(): void {
    const pictures = this.chosen;
    const running = new AbortController();
    const trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'mine-delete-trouble' });
    const bar = h('progress', { max: pictures.length, value: 0, 'aria-label': t('mine.deleting'), hidden: true });
    const go = h('button', { type: 'button', class: 'button danger', 'data-testid': 'mine-delete-yes' }, plural('mine.deleteYes', pictures.length));
    const stop = h('button', { type: 'button', class: 'button', autofocus: true, onclick: () => { dialog.close(); }, 'data-testid': 'mine-delete-no' }, t('app.cancel'));
    const dialog = openDialog(plural('mine.deleteSure', pictures.length), h('p', {}, t('mine.deleteText')), trouble, bar, h('div', { class: 'actions' }, go, stop));
    dialog.dataset.testid = 'mine-deleting';
    const gone = new Set<OwnPicture>();
    const run = async (): Promise<void> => {
      go.disabled = true;
      trouble.textContent = '';
      bar.hidden = false;
      stop.textContent = t('mine.deleteStop');
      try {
        await deleteAll(pictures.filter((each) => !gone.has(each)), (picture) => { bar.value = gone.add(picture).size; }, running.signal);
        dialog.close();
      } catch (error) {
        trouble.textContent = errorText(error);
        go.disabled = false;
        if (dialog.open) go.focus();
      }
    };
    go.addEventListener('click', () => void run());
    dialog.addEventListener('close', () => {
      running.abort();
      if (gone.size === 0 || this.abort.signal.aborted) return;
      forgetAllPictures();
      this.pictures = this.pictures.filter((each) => !gone.has(each));
      this.range = { first: 0, last: this.pictures.length - 1 };
      this.show();
      this.said.say(plural('mine.deleted', gone.size));
    });
  }
}
