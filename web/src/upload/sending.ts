import { firstOfSequence } from '../api/pictures';
import type { UploadedFile, UploadSet } from '../api/uploadSets';
import { errorText } from '../app/errorText';
import { type Child, fill, h } from '../lib/dom';
import { wait } from '../lib/time';
import { plural, t } from '../locales';
import type { Announcer } from './announcer';
import { whenOnline, whenWatched } from '../app/connection';
import type { Correction } from './correction';
import type { Filter, Item, Ledger } from './ledger';
import { ProgressPanel } from './progressPanel';
import { publish } from './publishing';
import { UploadQueue } from './queue';
import type { Records } from './record';
import { sendFile } from './transport';

export interface SendingOptions {
  readonly set: string;
  readonly ledger: Ledger;
  readonly records: Records;
  readonly announcer: Announcer;
  readonly startOver: () => void;
  /** What is to be taken in place of what a file says; null: all is as it says. */
  readonly correctionOf: (file: File) => Correction | null;
  /** Shows one kind of file in the list. */
  readonly show: (filter: Filter) => void;
}

function button(label: string, onclick: () => void, more: Record<string, string> = {}): HTMLButtonElement {
  return h('button', { type: 'button', class: 'button', onclick, ...more }, label);
}

function primary(label: string, onclick: () => void, more: Record<string, string> = {}): HTMLButtonElement {
  return button(label, onclick, { class: 'button primary', ...more });
}

/** Sends the files of one set and follows them until they are published. */
export class Sending {
  readonly element = h('div', { class: 'panel', tabindex: -1 });
  /** Whether leaving the page would break the upload off. */
  isBusy = true;
  private readonly abort = new AbortController();
  private readonly progress: ProgressPanel;
  private readonly queue: UploadQueue<Item>;
  private readonly byName = new Map<string, Item>();
  private readonly byPicture = new Map<string, Item>();
  private isOffline = false;

  constructor(private readonly options: SendingOptions) {
    const { ledger, set, records } = options;
    this.progress = new ProgressPanel(ledger);
    for (const item of ledger.items) this.index(item);
    const waiting = ledger.items.filter((item) => item.state.kind === 'chosen' && item.file !== null);
    this.queue = new UploadQueue(waiting, {
      send: ({ file, name, picture }, onProgress, signal) => {
        if (file === null || picture === null) return Promise.reject(new Error('no file'));
        return sendFile({ set, file, name, picture, correction: options.correctionOf(file) }, records, onProgress, signal);
      },
      wait,
      random: Math.random,
      onChange: ({ file: item, state }) => {
        ledger.set(item, state, Date.now());
      },
    });
    for (const entry of this.queue.entries) ledger.set(entry.file, entry.state, null);
    const { signal } = this.abort;
    const onOffline = (): void => {
      this.isOffline = true;
      this.queue.pause();
    };
    window.addEventListener('offline', onOffline, { signal });
  }

  destroy(): void {
    this.isBusy = false;
    this.abort.abort();
    this.queue.pause();
    this.progress.destroy();
  }

  /** Takes the focus to where something can be done. */
  focus(): void {
    (this.element.querySelector<HTMLElement>('button, a') ?? this.element).focus();
  }

  /** Something in the ledger changed. */
  changed(): void {
    this.progress.changed();
    if (this.isBusy) this.options.announcer.progress(() => this.progress.summary());
  }

  /** Sends what waits, until all is sent; then sees to its being published. */
  async run(): Promise<void> {
    this.isBusy = true;
    try {
      await this.sendAll();
    } catch {
      return; // the page was left
    }
    const failed = this.queue.count('failed');
    if (failed === 0) {
      await this.publish();
      return;
    }
    const text = plural('upload.stillFailed', failed);
    this.options.announcer.say(text);
    this.options.show('problem');
    this.draw(
      h('p', { class: 'problem' }, text),
      h(
        'div',
        { class: 'actions' },
        primary(
          t('upload.retryFailed'),
          () => {
            this.queue.retryFailed();
            void this.run();
          },
          { 'data-testid': 'upload-retry' },
        ),
        button(t('upload.continueWithout'), () => void this.publish()),
      ),
    );
  }

  /** Completes the set and shows what becomes of its files. */
  async publish(): Promise<void> {
    const { set: id, announcer, records, ledger } = this.options;
    const { signal } = this.abort;
    const text = h('p', { class: 'muted figures' }, t('upload.completing'));
    const bar = h('progress', { class: 'total', 'aria-label': t('upload.processing.title') });
    this.fill(h('h2', {}, t('upload.processing.title')), h('p', {}, t('upload.processing.text')), bar, text);
    announcer.say(t('upload.processing.title'));
    try {
      const set = await publish(id, {
        wait,
        untilWatched: whenWatched,
        signal,
        onLook: (look) => {
          if (look === null) {
            text.textContent = t('upload.processing.slow');
            return;
          }
          // Everything is in the server's hands once the set is complete: leaving loses nothing.
          this.isBusy = !look.completed;
          const { prepared, preparing, notProcessed } = look.counts;
          const pending = preparing + notProcessed;
          bar.max = Math.max(1, prepared + pending);
          bar.value = prepared;
          text.textContent = t('upload.processing.counts', { prepared, pending });
        },
        onFiles: (files) => {
          for (const file of files) this.tell(file);
        },
      });
      this.isBusy = false;
      // What could not be sent may be tried again at another visit.
      if (ledger.items.every(({ state }) => state.kind !== 'failed')) records.forget(id);
      await this.finish(set);
    } catch (error) {
      if (signal.aborted) return;
      this.isBusy = false;
      const again = primary(t('app.retry'), () => void this.publish());
      this.fill(
        h('p', { class: 'problem', role: 'alert' }, errorText(error)),
        h('div', { class: 'actions' }, again),
      );
    }
  }

  private index(item: Item): void {
    this.byName.set(item.name, item);
    if (item.picture !== null) this.byPicture.set(item.picture, item);
  }

  /** Takes down what the server says of a file. */
  private tell(record: UploadedFile): void {
    const { ledger } = this.options;
    const item = (record.pictureId === null ? undefined : this.byPicture.get(record.pictureId)) ?? this.byName.get(record.name);
    if (item === undefined) {
      const { name, size, pictureId } = record;
      const state = { kind: 'told', record } as const;
      const added: Item = { name, label: name, size: size ?? 0, file: null, picture: pictureId, state, at: record.changedAt };
      this.index(added);
      ledger.add(added);
      return;
    }
    // A file that is there twice under one name is what its own answer said.
    if (item.state.kind === 'duplicate' && record.pictureId !== item.picture && record.rejected === null) return;
    ledger.set(item, { kind: 'told', record }, record.changedAt);
  }

  /** Replaces what the panel shows; the focus stays in it if it was. */
  private fill(...content: Child[]): void {
    const hadFocus = this.element.contains(document.activeElement);
    fill(this.element, ...content);
    if (hadFocus) this.focus();
  }

  private draw(...more: Child[]): void {
    this.progress.halt();
    this.fill(this.progress.element, ...more);
  }

  private wasCutOff(): boolean {
    return this.isOffline;
  }

  private async sendAll(): Promise<void> {
    const { announcer } = this.options;
    for (;;) {
      this.isOffline = !navigator.onLine;
      if (!this.isOffline) {
        const pause = button(
          t('upload.pause'),
          () => {
            this.queue.pause();
          },
          { 'data-testid': 'upload-pause' },
        );
        this.draw(h('div', { class: 'actions' }, pause, h('span', { class: 'muted' }, t('upload.keepOpen'))));
        const end = await this.queue.run();
        this.abort.signal.throwIfAborted();
        if (end === 'finished') return;
        if (!this.wasCutOff()) {
          await this.untilResumed(end === 'paused' ? t('upload.paused') : t('upload.signedOut'));
          continue;
        }
      }
      this.banner(t('upload.offline'));
      await whenOnline(this.abort.signal);
      announcer.say(t('upload.onlineAgain'));
    }
  }

  private banner(text: string, ...more: Child[]): void {
    this.options.announcer.say(text);
    this.draw(h('p', { class: 'banner', 'data-testid': 'upload-banner' }, text), ...more);
  }

  private untilResumed(why: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const resume = primary(t('upload.resume'), resolve, { 'data-testid': 'upload-resume' });
      this.banner(why, h('div', { class: 'actions' }, resume));
      const { signal } = this.abort;
      signal.addEventListener(
        'abort',
        () => {
          reject(signal.reason as Error);
        },
        { once: true },
      );
    });
  }

  /** Shows what became of all, and the way to the first picture. */
  private async finish(set: UploadSet): Promise<void> {
    const { ledger, announcer, show, startOver } = this.options;
    const first = set.sequences[0];
    const walk = first === undefined ? null : await this.walkLink(first);
    const [published, known, problems] = [ledger.count('published'), ledger.count('known'), ledger.count('problem')];
    const none = published === 0 && known === 0;
    const summary = none ? t('upload.done.none') : plural('upload.done.text', published);
    const lines = [
      summary,
      known === 0 ? null : plural('upload.done.known', known),
      problems === 0 || none ? null : plural('upload.done.problems', problems),
    ].filter((line) => line !== null);
    announcer.say([t('upload.done.title'), ...lines].join(' '));
    show(problems > 0 && ledger.items.length > problems ? 'problem' : 'all');
    this.fill(
      h('h2', { 'data-testid': 'upload-done' }, t('upload.done.title')),
      ...lines.map((line) => h('p', {}, line)),
      h(
        'div',
        { class: 'actions' },
        published === 0 ? null : walk,
        button(t('upload.done.again'), startOver, { 'data-testid': 'upload-again' }),
      ),
    );
  }

  private async walkLink(sequence: string): Promise<HTMLElement> {
    const address = await firstOfSequence(sequence, this.abort.signal).then(
      (picture) => `/#focus=pic&pic=${encodeURIComponent(picture.id)}`,
      () => `/sequences/${encodeURIComponent(sequence)}`,
    );
    return h('a', { href: address, class: 'button primary', 'data-testid': 'upload-done-link' }, t('upload.done.walk'));
  }
}
