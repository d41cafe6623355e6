import { needsTerms } from '../api/terms';
import { createUploadSet, type UploadedFile } from '../api/uploadSets';
import { errorText } from '../app/errorText';
import { labelled } from '../app/labelled';
import { fill, h } from '../lib/dom';
import { formatBytes } from '../lib/time';
import { language, plural, t } from '../locales';
import { askForTerms } from '../pages/terms';
import { Announcer } from './announcer';
import { buildChooser } from './chooser';
import { onceOnline, whenOnline } from '../app/connection';
import { keyOf } from './correction';
import { type CreditDefaults, CreditFields } from './credit';
import { MAX_FILE_BYTES, pathOf, sortFiles, type Sorted } from './files';
import { fileKey, namesInSet, newSeed, pictureIdOf } from './identity';
import { type Filter, type Item, Ledger } from './ledger';
import { FileListView, ROWS_A_PAGE } from './list';
import { Look } from './look/look';
import { Recogniser } from './recognise';
import { Records } from './record';
import { Sending } from './sending';
import { allFiles, buildOffer, findUnfinished, type Unfinished } from './unfinished';

const NAMES_SHOWN = 5;

/** What was left out of a choice, and why. */
function remarks(sorted: Sorted): string[] {
  const { otherType, wrongSize } = sorted;
  const said: string[] = [];
  if (otherType.length > 0) {
    const names = otherType.slice(0, NAMES_SHOWN).map((file) => file.name);
    if (otherType.length > NAMES_SHOWN) names.push('…');
    said.push(plural('upload.leftOut', otherType.length, { names: names.join(', ') }));
  }
  if (wrongSize.length > 0) {
    said.push(plural('upload.leftOutSize', wrongSize.length, { limit: formatBytes(MAX_FILE_BYTES, language()) }));
  }
  return said;
}

/** One upload from choosing files to walking through them; or the rest of one that was begun before. */
export class UploadForm {
  readonly element = h('div', { class: 'upload' });
  private readonly abort = new AbortController();
  private readonly records = new Records();
  private readonly announcer = new Announcer();
  private readonly files = new Map<string, File>();
  private readonly notes = h('div', { class: 'notes', role: 'status' });
  private readonly offer = h('div');
  /** Asks to agree to the terms of service, when that is found out late. */
  private readonly terms = h('div');
  private readonly panel = h('div');
  private readonly title = h('input', { id: 'upload-title', maxlength: 200, autocomplete: 'off' });
  private readonly titleField: HTMLElement;
  private readonly credit: CreditFields;
  private readonly start = h('button', { type: 'button', class: 'button primary', 'data-testid': 'upload-start' });
  private readonly summary = h('span', { class: 'muted', 'data-testid': 'upload-summary' });
  private readonly chosen = h('div', { class: 'chosen', hidden: true });
  private readonly chooser: HTMLElement;
  private readonly list: FileListView;
  private readonly look: Look;
  private ledger: Ledger;
  private sending: Sending | null = null;
  /** The set to go on with, and what the server has of it. */
  private unfinished: Unfinished | null = null;
  private there: readonly UploadedFile[] = [];
  private isStarting = false;

  constructor(
    defaults: CreditDefaults,
    private readonly startOver: () => void,
  ) {
    this.credit = new CreditFields(defaults);
    this.ledger = this.newLedger();
    this.list = new FileListView(
      () => this.ledger,
      (item) => {
        this.remove(item);
      },
    );
    this.look = new Look({
      files: () => this.ledger.items.flatMap(({ file, state }) => (file !== null && state.kind === 'chosen' ? [file] : [])),
      remove: (file) => {
        const item = this.ledger.items.find((each) => each.file === file);
        if (item !== undefined) this.remove(item);
      },
    });
    this.chooser = buildChooser((files) => void this.add(files));
    const date = new Intl.DateTimeFormat(language(), { dateStyle: 'long' }).format(new Date());
    this.title.placeholder = t('upload.defaultName', { date });
    this.titleField = labelled(t('upload.name'), this.title);
    this.start.addEventListener('click', () => void this.begin());
    const clear = h('button', { type: 'button', class: 'button', 'data-testid': 'upload-clear' }, t('upload.clear'));
    clear.addEventListener('click', () => {
      this.clear();
    });
    fill(this.chosen, this.titleField, this.credit.element, this.look.element, h('div', { class: 'actions' }, this.start, clear, this.summary));
    const { announcer, offer, chooser, notes, terms, panel, chosen, list } = this;
    fill(this.element, announcer.element, offer, chooser, notes, terms, panel, chosen, list.element);
    void this.lookForUnfinished();
  }

  /** Whether leaving the page would break the upload off. */
  get isBusy(): boolean {
    return this.isStarting || this.sending?.isBusy === true;
  }

  destroy(): void {
    this.isStarting = false;
    this.abort.abort();
    this.sending?.destroy();
    this.list.destroy();
    this.look.destroy();
  }

  private newLedger(): Ledger {
    return new Ledger((item, moved) => {
      this.list.changed(item, moved);
      this.sending?.changed();
    });
  }

  private async lookForUnfinished(): Promise<void> {
    try {
      const found = await findUnfinished(this.records, this.abort.signal);
      if (found === null || this.isStarting || this.sending !== null) return;
      this.unfinished = found;
    } catch (error) {
      if (this.abort.signal.aborted) return;
      if (!navigator.onLine) {
        onceOnline(() => this.lookForUnfinished(), this.abort.signal);
        return;
      }
      // Nothing is lost by that: it is offered at the next visit.
      this.say(t('upload.offer.unknown'), errorText(error));
      return;
    }
    const { unfinished } = this;
    const { record, set } = unfinished;
    const corrections = this.records.corrections(record.id);
    this.look.resume({ kept: (file) => corrections.get(keyOf(pictureIdOf(record.seed, file))) ?? null, relative: set.relativeHeading });
    const forget = (): void => {
      this.records.forget(unfinished.record.id);
      this.setAside();
    };
    const actions = {
      signal: this.abort.signal,
      follow: () => {
        this.clear();
        this.follow(unfinished.record.id);
      },
      setAside: () => {
        this.setAside();
      },
      gone: forget,
    };
    fill(this.offer, buildOffer(unfinished, actions));
    // What was chosen in the meantime belongs to it now.
    const already = [...this.files.values()];
    this.clear();
    if (already.length > 0) await this.add(already);
    else this.showChosen();
  }

  /** Begins something new instead of going on. */
  private setAside(): void {
    this.unfinished = null;
    this.there = [];
    this.look.resume(null);
    fill(this.offer);
    const already = [...this.files.values()];
    this.clear();
    void this.add(already);
  }

  private say(...texts: string[]): void {
    fill(this.notes, ...texts.map((text) => h('p', {}, text)));
  }

  private async add(files: readonly File[]): Promise<void> {
    const sorted = sortFiles(files);
    for (const file of sorted.pictures) {
      const key = fileKey(file);
      if (!this.files.has(key)) this.files.set(key, file);
    }
    const said = remarks(sorted);
    if (files.length > 0 && sorted.pictures.length === 0) said.unshift(t('upload.nothing'));
    if (this.unfinished !== null && this.there.length === 0 && this.files.size > 0) {
      this.say(...said, t('upload.offer.comparing'));
      try {
        this.there = await allFiles(this.unfinished.record.id, this.abort.signal);
      } catch (error) {
        if (this.abort.signal.aborted) return;
        this.files.clear();
        this.say(errorText(error));
        this.showChosen();
        return;
      }
    }
    this.say(...said);
    this.nameAfterFolder(sorted.pictures);
    this.fillLedger();
    this.showChosen();
  }

  /** Makes the list anew of what is chosen and what the server has. */
  private fillLedger(): void {
    const { unfinished, there: records } = this;
    const files = [...this.files.values()];
    const seed = unfinished?.record.seed ?? '';
    const recogniser = new Recogniser(records, seed);
    const names = namesInSet(files);
    const taken = new Set(records.map(({ name }) => name));
    const found = new Map(files.map((file) => [file, recogniser.find(file, names.get(file) ?? file.name)]));
    const missing = namesInSet(
      files.filter((file) => found.get(file) === null),
      taken,
    );
    this.ledger = this.newLedger();
    for (const file of files) {
      const record = found.get(file) ?? null;
      // The name that it would have had the first time, unless another file has that.
      const first = names.get(file) ?? file.name;
      this.ledger.add({
        name: record?.name ?? (taken.has(first) ? (missing.get(file) ?? first) : first),
        label: pathOf(file),
        size: file.size,
        file,
        picture: record?.pictureId ?? (unfinished === null ? null : pictureIdOf(seed, file)),
        state: record === null ? { kind: 'chosen' } : { kind: 'told', record },
        at: record?.changedAt ?? null,
      });
    }
    this.list.draw();
  }

  private nameAfterFolder(pictures: readonly File[]): void {
    const folder = pictures[0] === undefined ? undefined : pathOf(pictures[0]).split('/').at(-2);
    if (this.title.value === '' && folder !== undefined) this.title.value = folder;
  }

  private remove(item: Item): void {
    if (item.file === null || this.isStarting) return;
    this.files.delete(fileKey(item.file));
    this.ledger.remove(item);
    this.list.draw();
    this.showChosen();
    if (this.files.size > 0) this.start.focus();
  }

  private clear(): void {
    this.files.clear();
    this.ledger = this.newLedger();
    this.list.draw();
    fill(this.notes);
    this.showChosen();
  }

  private showChosen(): void {
    const [all, toSend] = [this.ledger.count('all'), this.ledger.count('toSend')];
    void this.look.update();
    this.chosen.hidden = all === 0;
    // An upload that was begun has them from its beginning.
    this.titleField.hidden = this.credit.element.hidden = this.unfinished !== null;
    const size = formatBytes(this.ledger.bytes - this.ledger.bytesSent, language());
    if (this.unfinished === null) {
      this.start.textContent = plural('upload.start', toSend);
      this.summary.textContent = plural('upload.chosen', toSend, { size });
    } else {
      this.start.textContent = toSend === 0 ? t('upload.offer.finishAll') : plural('upload.offer.goOn', toSend);
      this.summary.textContent = plural('upload.offer.compared', toSend, { there: all - toSend, size });
    }
  }

  private async begin(): Promise<void> {
    if (this.isBusy || this.files.size === 0) return;
    this.isStarting = true;
    // A button that is disabled loses the focus.
    const hadFocus = this.element.contains(document.activeElement);
    this.start.disabled = true;
    fill(this.notes);
    fill(this.terms);
    try {
      await this.look.ready();
      await this.untilOnline();
      const set = this.unfinished === null ? await this.createSet() : this.unfinished.record.id;
      if (this.unfinished !== null) this.keepGrown(this.unfinished);
      this.keepCorrections(set);
      const sending = this.enter(set);
      void sending.run();
      if (hadFocus) sending.focus();
    } catch (error) {
      if (this.abort.signal.aborted) return;
      if (needsTerms(error)) this.askForTerms();
      else fill(this.notes, h('p', { role: 'alert', class: 'problem' }, errorText(error)));
    } finally {
      this.isStarting = false;
      this.start.disabled = false;
    }
  }

  /** Who presses the button without a network need not press it again. */
  private async untilOnline(): Promise<void> {
    if (navigator.onLine) return;
    const text = t('upload.waitsForNetwork');
    this.announcer.say(text);
    fill(this.notes, h('p', { class: 'banner', 'data-testid': 'upload-waits' }, text));
    await whenOnline(this.abort.signal);
    fill(this.notes);
  }

  /** What was chosen stays, and is sent once they agreed. */
  private askForTerms(): void {
    const agreed = (): void => {
      fill(this.terms);
      // The form that was sent is gone.
      this.start.focus();
      void this.begin();
    };
    fill(this.terms, askForTerms(t('terms.ask'), agreed));
    this.terms.querySelector<HTMLElement>('h2')?.focus();
  }

  private async createSet(): Promise<string> {
    const title = this.title.value.trim() === '' ? this.title.placeholder : this.title.value.trim();
    const files = this.ledger.items.length;
    const { relative } = this.look;
    const options = { ...this.credit.toSend, ...(relative === null ? {} : { relative_heading: relative }) };
    const { id } = await createUploadSet(title, files, options, this.abort.signal);
    const seed = newSeed();
    this.records.keep({ id, title, seed, files, begunAt: Date.now() });
    for (const item of this.ledger.items) {
      if (item.file !== null) item.picture = pictureIdOf(seed, item.file);
    }
    return id;
  }

  /** More files may have been chosen than the first time. */
  private keepGrown({ record }: Unfinished): void {
    const files = Math.max(record.files, this.there.length + this.ledger.count('toSend'));
    this.records.keep({ ...record, files });
  }

  /** What was put right outlives a reload. */
  private keepCorrections(set: string): void {
    const corrections = new Map(this.records.corrections(set));
    for (const { file, picture } of this.ledger.items) {
      if (file === null || picture === null) continue;
      const correction = this.look.correctionOf(file);
      if (correction === null) corrections.delete(keyOf(picture));
      else corrections.set(keyOf(picture), correction);
    }
    if (!this.records.keepCorrections(set, corrections)) this.say(t('look.notKept'));
  }

  private enter(set: string): Sending {
    this.offer.hidden = true;
    this.chooser.hidden = true;
    this.chosen.hidden = true;
    const sending = new Sending({
      set,
      ledger: this.ledger,
      records: this.records,
      announcer: this.announcer,
      startOver: this.startOver,
      correctionOf: (file) => this.look.correctionOf(file),
      show: (filter: Filter) => {
        this.list.choose(filter);
      },
    });
    this.sending = sending;
    fill(this.panel, sending.element);
    this.list.choose(this.ledger.items.length > ROWS_A_PAGE ? 'toSend' : 'all');
    return sending;
  }

  /** Shows how far a set is of which nothing more is sent. */
  private follow(set: string): void {
    const sending = this.enter(set);
    void sending.publish();
    sending.focus();
  }
}
