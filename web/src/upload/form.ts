import { firstOfSequence } from '../api/pictures';
import { createUploadSet, getUploadedFiles, type UploadSet } from '../api/uploadSets';
import { errorText } from '../app/errorText';
import { fill, h } from '../lib/dom';
import { formatBytes, wait } from '../lib/time';
import { language, plural, t } from '../locales';
import { buildChooser } from './chooser';
import { fileKey, isHeic, MAX_FILE_BYTES, sortFiles, type Sorted } from './files';
import { publish } from './publishing';
import { type Entry, UploadQueue } from './queue';
import { rejectionText } from './reasons';
import { buildRow, type Row } from './rows';
import { sendFile } from './transport';

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
  if (otherType.some(isHeic)) said.push(t('upload.leftOutHeic'));
  if (wrongSize.length > 0) {
    said.push(plural('upload.leftOutSize', wrongSize.length, { limit: formatBytes(MAX_FILE_BYTES, language()) }));
  }
  return said;
}

function button(label: string, onclick: () => void, primary = false): HTMLButtonElement {
  return h('button', { type: 'button', class: primary ? 'button primary' : 'button', onclick }, label);
}

/** One upload from choosing files to walking through them. */
export class UploadForm {
  readonly element = h('div', { class: 'upload' });
  private readonly files = new Map<string, File>();
  private readonly rows = new Map<File, Row>();
  private readonly abort = new AbortController();
  private readonly notes = h('div', { class: 'notes', role: 'status' });
  private readonly list = h('ul', { class: 'rows', 'aria-label': t('upload.files') });
  private readonly title = h('input', { id: 'upload-title', maxlength: 200, autocomplete: 'off' });
  private readonly start = h('button', { type: 'button', class: 'button primary', 'data-testid': 'upload-start' });
  private readonly summary = h('span', { class: 'muted' });
  private readonly chosen = h('div', { class: 'chosen', hidden: true });
  private readonly chooser: HTMLElement;
  private readonly panel = h('div', { class: 'panel', 'aria-live': 'polite' });
  private readonly total = h('progress', { class: 'total', 'aria-label': t('upload.progressLabel') });
  private readonly totalText = h('p', { class: 'muted' });
  private setId: string | null = null;
  private queue: UploadQueue<File> | null = null;
  private redraw = 0;
  /** Whether leaving the page would break the upload off. */
  isBusy = false;

  constructor(private readonly startOver: () => void) {
    this.chooser = buildChooser((files) => {
      this.add(files);
    });
    const date = new Intl.DateTimeFormat(language(), { dateStyle: 'long' }).format(new Date());
    this.title.placeholder = t('upload.defaultName', { date });
    this.start.addEventListener('click', () => void this.begin());
    fill(
      this.chosen,
      h('div', { class: 'field' }, h('label', { for: 'upload-title' }, t('upload.name')), this.title),
      h(
        'div',
        { class: 'actions' },
        this.start,
        button(t('upload.clear'), () => {
          this.clear();
        }),
        this.summary,
      ),
    );
    fill(this.element, this.chooser, this.notes, this.panel, this.chosen, this.list);
  }

  destroy(): void {
    this.isBusy = false;
    this.abort.abort();
    this.queue?.pause();
    cancelAnimationFrame(this.redraw);
  }

  private add(files: readonly File[]): void {
    const sorted = sortFiles(files);
    for (const file of sorted.pictures) {
      const key = fileKey(file);
      if (this.files.has(key)) continue;
      const row = buildRow(file, () => {
        this.files.delete(key);
        this.rows.delete(file);
        row.element.remove();
        this.showChosen();
      });
      this.files.set(key, file);
      this.rows.set(file, row);
      this.list.append(row.element);
    }
    const said = remarks(sorted);
    if (files.length > 0 && sorted.pictures.length === 0) said.unshift(t('upload.nothing'));
    fill(this.notes, ...said.map((text) => h('p', {}, text)));
    this.nameAfterFolder(sorted.pictures);
    this.showChosen();
  }

  private nameAfterFolder(pictures: readonly File[]): void {
    const folder = pictures[0]?.webkitRelativePath.split('/').at(-2);
    if (this.title.value === '' && folder !== undefined) this.title.value = folder;
  }

  private clear(): void {
    this.files.clear();
    this.rows.clear();
    fill(this.list);
    fill(this.notes);
    this.showChosen();
  }

  private bytes(): number {
    return [...this.files.values()].reduce((sum, file) => sum + file.size, 0);
  }

  private showChosen(): void {
    this.chosen.hidden = this.files.size === 0;
    this.start.textContent = plural('upload.start', this.files.size);
    this.summary.textContent = plural('upload.chosen', this.files.size, {
      size: formatBytes(this.bytes(), language()),
    });
  }

  private async begin(): Promise<void> {
    if (this.isBusy || this.files.size === 0) return;
    this.isBusy = true;
    this.start.disabled = true;
    fill(this.notes);
    const title = this.title.value.trim() === '' ? this.title.placeholder : this.title.value.trim();
    try {
      this.setId ??= (await createUploadSet(title, this.files.size, this.abort.signal)).id;
    } catch (error) {
      this.isBusy = false;
      this.start.disabled = false;
      fill(this.notes, h('p', { role: 'alert', class: 'problem' }, errorText(error)));
      return;
    }
    this.chooser.hidden = true;
    this.chosen.hidden = true;
    this.element.classList.add('started');
    const set = this.setId;
    this.queue = new UploadQueue([...this.files.values()], {
      send: (file, onProgress, signal) => sendFile(set, file, onProgress, signal),
      wait,
      random: Math.random,
      onChange: (entry) => {
        this.rows.get(entry.file)?.set(entry.state);
        this.scheduleTotal();
      },
    });
    for (const entry of this.queue.entries) this.rows.get(entry.file)?.set(entry.state);
    await this.run(this.queue, set);
  }

  private async run(queue: UploadQueue<File>, set: string): Promise<void> {
    this.isBusy = true;
    const pause = button(t('upload.pause'), () => {
      queue.pause();
    });
    fill(this.panel, this.total, this.totalText, h('div', { class: 'actions' }, pause));
    this.showTotal();
    const end = await queue.run();
    this.showTotal();
    if (this.abort.signal.aborted) return;
    if (end !== 'finished') {
      const why = end === 'paused' ? t('upload.paused') : t('upload.signedOut');
      const resume = button(t('upload.resume'), () => void this.run(queue, set), true);
      fill(this.panel, this.total, this.totalText, h('p', {}, why), h('div', { class: 'actions' }, resume));
      return;
    }
    const failed = queue.count('failed');
    if (failed === 0) {
      await this.publish(queue, set);
      return;
    }
    const again = button(
      t('upload.retryFailed'),
      () => {
        queue.retryFailed();
        void this.run(queue, set);
      },
      true,
    );
    const goOn = button(t('upload.continueWithout'), () => void this.publish(queue, set));
    fill(
      this.panel,
      this.total,
      h('p', { class: 'problem', role: 'alert' }, plural('upload.stillFailed', failed)),
      h('div', { class: 'actions' }, again, goOn),
    );
  }

  private scheduleTotal(): void {
    if (this.redraw !== 0) return;
    this.redraw = requestAnimationFrame(() => {
      this.redraw = 0;
      this.showTotal();
    });
  }

  private showTotal(): void {
    const entries = this.queue?.entries ?? [];
    const shareOf = ({ state }: Entry<File>): number =>
      state.kind === 'sending' ? state.share : ['waiting', 'retrying', 'failed'].includes(state.kind) ? 0 : 1;
    const sent = entries.reduce((sum, entry) => sum + shareOf(entry) * entry.file.size, 0);
    this.total.max = Math.max(1, this.bytes());
    this.total.value = sent;
    this.totalText.textContent = t('upload.progress', {
      done: entries.filter((entry) => shareOf(entry) === 1 && entry.state.kind !== 'sending').length,
      total: entries.length,
      sent: formatBytes(sent, language()),
      size: formatBytes(this.bytes(), language()),
    });
  }

  private async publish(queue: UploadQueue<File>, setId: string): Promise<void> {
    // Everything is in the server's hands now: leaving loses nothing once the set is complete.
    const text = h('p', { class: 'muted' }, t('upload.completing'));
    const bar = h('progress', { class: 'total', 'aria-label': t('upload.processing.title') });
    fill(this.panel, h('h2', {}, t('upload.processing.title')), h('p', {}, t('upload.processing.text')), bar, text);
    for (const entry of queue.entries) {
      if (entry.state.kind === 'accepted') this.rows.get(entry.file)?.set({ kind: 'preparing' });
    }
    try {
      const set = await publish(setId, {
        wait,
        signal: this.abort.signal,
        onLook: (look) => {
          if (look === null) {
            text.textContent = t('upload.processing.slow');
            return;
          }
          this.isBusy = !look.completed;
          const { prepared, preparing, notProcessed } = look.counts;
          const pending = preparing + notProcessed;
          bar.max = Math.max(1, prepared + pending);
          bar.value = prepared;
          text.textContent = t('upload.processing.counts', { prepared, pending });
        },
      });
      this.isBusy = false;
      await this.finish(queue, set);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      const again = button(t('app.retry'), () => void this.publish(queue, setId), true);
      fill(
        this.panel,
        h('p', { class: 'problem', role: 'alert' }, errorText(error)),
        h('div', { class: 'actions' }, again),
      );
    }
  }

  /** Shows what became of every picture, and the way to the first. */
  private async finish(queue: UploadQueue<File>, set: UploadSet): Promise<void> {
    const files = await getUploadedFiles(set.id, this.abort.signal);
    let published = 0;
    let problems = 0;
    for (const entry of queue.entries) {
      const { state, file } = entry;
      const row = this.rows.get(file);
      if (state.kind === 'accepted') {
        const fate =
          files.find((one) => one.pictureId !== null && one.pictureId === state.pictureId) ??
          files.find((one) => one.name === file.name);
        const rejected = fate?.rejected ?? null;
        if (rejected === null) {
          published += 1;
          row?.set({ kind: 'published', pictureId: state.pictureId });
        } else {
          problems += 1;
          row?.set({ kind: 'rejected', reason: rejectionText(rejected.reason, rejected.message) });
        }
      } else if (state.kind !== 'duplicate') {
        problems += 1;
      }
    }
    // A picture that broke in preparation is not named among the rejected files.
    if (Object.values(set.counts).some((count) => count > 0)) published = Math.min(published, set.counts.prepared);
    const first = set.sequences[0];
    const walk = first === undefined ? null : await this.walkLink(first);
    fill(
      this.panel,
      h('h2', {}, t('upload.done.title')),
      h('p', {}, published === 0 ? t('upload.done.none') : plural('upload.done.text', published)),
      problems === 0 || published === 0 ? null : h('p', {}, plural('upload.done.problems', problems)),
      h(
        'div',
        { class: 'actions' },
        published === 0 ? null : walk,
        button(t('upload.done.again'), this.startOver),
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
