import { evenIfGone, isNotFound } from '../api/errors';
import { forgetAllPictures } from '../api/pictures';
import { deleteSequence, firstPage, listSequences, MOST_PICTURES, ORDERS, type OwnSequence } from '../api/sequences';
import { confirmThen } from '../app/confirm';
import { errorText } from '../app/errorText';
import { navigate } from '../app/navigate';
import { Said } from '../app/said';
import { fill, h } from '../lib/dom';
import { plural, t } from '../locales';
import { openSequence } from './sequenceDialog';
import { lengthText, whenText } from './words';

/** Most sequences that are corrected together: their ids are in the address. */
const MOST_TOGETHER = 100;

/** Where many sequences are corrected together. */
function correctAddress(sequences: readonly string[]): string {
  return `/pictures/correct?sequences=${sequences.map(encodeURIComponent).join(',')}`;
}

/** One's own sequences, and what is done with several of them. */
export class SequenceList {
  readonly element: HTMLElement;
  private readonly abort = new AbortController();
  private readonly entries = h('ul', { class: 'entries', 'data-testid': 'sequences' });
  private readonly foot = h('div', { 'data-testid': 'sequences-foot' });
  private readonly said = new Said('mine-said');
  private readonly order = h(
    'select',
    { id: 'mine-order', 'data-testid': 'mine-order' },
    ...ORDERS.map((each) => h('option', { value: each }, t(`mine.order.${each}`))),
  );
  private readonly bar = h('div', { class: 'mine-bar', hidden: true, 'data-testid': 'mine-bar' });
  private readonly known = new Map<string, OwnSequence>();
  private readonly ticked = new Set<string>();
  /** The last that was ticked or not, where the shift key begins. */
  private anchor: string | null = null;
  private visit = 0;

  constructor() {
    this.order.addEventListener('change', () => void this.reload());
    this.element = h(
      'section',
      { class: 'sheet wide mine-list' },
      h('h1', {}, t('mine.pictures')),
      h('p', { class: 'lead' }, t('mine.intro')),
      this.said.element,
      h('div', { class: 'mine-order' }, h('label', { for: 'mine-order' }, t('mine.order')), this.order),
      this.bar,
      this.entries,
      this.foot,
    );
    void this.reload();
  }

  destroy(): void {
    this.abort.abort();
  }

  private async reload(): Promise<void> {
    this.known.clear();
    this.ticked.clear();
    this.showBar();
    fill(this.entries);
    const order = ORDERS.find((each) => each === this.order.value) ?? ORDERS[0];
    await this.load(firstPage(order), ++this.visit);
  }

  private async load(page: string, visit: number): Promise<void> {
    fill(this.foot, h('p', { class: 'muted', role: 'status' }, t('app.loading')));
    let next: string | null;
    try {
      const found = await listSequences(page, this.abort.signal);
      if (visit !== this.visit) return;
      for (const sequence of found.sequences) {
        this.known.set(sequence.id, sequence);
        this.entries.append(this.entry(sequence));
      }
      ({ next } = found);
    } catch (error) {
      if (visit !== this.visit || this.abort.signal.aborted) return;
      // So the server says that there are none yet.
      if (isNotFound(error)) next = null;
      else {
        const retry = h('button', { type: 'button', class: 'button', onclick: () => void this.load(page, visit) }, t('app.retry'));
        fill(this.foot, h('p', { class: 'problem', role: 'alert' }, errorText(error)), retry);
        return;
      }
    }
    if (next !== null) {
      const more = next;
      const button = h('button', { type: 'button', class: 'button', onclick: () => void this.more(more, visit), 'data-testid': 'mine-more' }, t('mine.more'));
      fill(this.foot, button);
    } else if (this.known.size === 0) {
      fill(
        this.foot,
        h('p', { class: 'muted', 'data-testid': 'sequences-none' }, t('mine.none')),
        h('p', {}, h('a', { href: '/upload', class: 'button primary' }, t('app.upload'))),
      );
    } else fill(this.foot);
  }

  /** The button goes away: the focus goes to the first of what comes. */
  private async more(page: string, visit: number): Promise<void> {
    const before = this.entries.childElementCount;
    await this.load(page, visit);
    this.entries.children[before]?.querySelector('input')?.focus();
  }

  private entry(sequence: OwnSequence): HTMLElement {
    const { id, title, pictures, lengthKm, visibility, ready } = sequence;
    const name = title === '' ? t('mine.untitled') : title;
    const box = h('input', { type: 'checkbox', id: `tick-${id}`, 'aria-label': t('mine.tick', { name }), 'data-testid': 'sequence-tick' });
    box.addEventListener('click', (event) => { this.tick(id, box.checked, event.shiftKey); });
    const facts = [whenText(sequence), plural('mine.count', pictures), lengthText(lengthKm)].filter((each) => each !== null).join(' · ');
    const state = !ready ? t('mine.waiting') : visibility === 'anyone' ? null : t('mine.seenBy', { who: t(`edit.visibility.${visibility}`) });
    const thumb = h('img', { src: `/api/collections/${encodeURIComponent(id)}/thumb.jpg`, alt: '', loading: 'lazy', class: 'mine-thumb' });
    // A sequence that waits has none yet.
    thumb.addEventListener('error', () => { thumb.style.visibility = 'hidden'; });
    return h(
      'li',
      { class: 'entry mine-entry', 'data-id': id, 'data-testid': 'own-sequence' },
      box,
      thumb,
      h(
        'div',
        { class: 'entry-facts' },
        h('h2', {}, h('a', { href: `/sequences/${encodeURIComponent(id)}` }, name)),
        h('p', { class: 'hint' }, facts),
        state === null ? null : h('p', { class: 'mine-state' }, state),
      ),
      h(
        'div',
        { class: 'entry-actions' },
        h('button', { type: 'button', class: 'button', 'aria-label': t('mine.editThat', { name }), onclick: () => { this.edit(sequence); }, 'data-testid': 'sequence-edit' }, t('mine.edit')),
        h('a', { href: correctAddress([id]), class: 'button', 'aria-label': t('mine.correctThat', { name }), 'data-testid': 'sequence-correct' }, t('mine.correctShort')),
      ),
    );
  }

  private tick(id: string, isTicked: boolean, through: boolean): void {
    const ids = [...this.known.keys()];
    const [start, end] = [this.anchor === null ? -1 : ids.indexOf(this.anchor), ids.indexOf(id)];
    const meant = through && start >= 0 ? ids.slice(Math.min(start, end), Math.max(start, end) + 1) : [id];
    for (const each of meant) {
      if (isTicked) this.ticked.add(each);
      else this.ticked.delete(each);
    }
    this.anchor = id;
    this.showTicks();
  }

  private showTicks(): void {
    for (const box of this.entries.querySelectorAll('input')) box.checked = this.ticked.has(box.id.slice('tick-'.length));
    this.showBar();
  }

  /** What is done with those that are ticked. */
  private showBar(): void {
    const chosen = [...this.ticked].flatMap((id) => this.known.get(id) ?? []);
    this.bar.hidden = chosen.length === 0;
    if (chosen.length === 0) {
      fill(this.bar);
      return;
    }
    const pictures = chosen.reduce((sum, each) => sum + each.pictures, 0);
    const tooMany = chosen.length > MOST_TOGETHER || pictures > MOST_PICTURES;
    const button = (key: 'correctShort' | 'deleteShort' | 'untick', className: string, act: () => void): HTMLButtonElement =>
      h('button', { type: 'button', class: className, onclick: act, 'data-testid': `mine-${key}` }, t(`mine.${key}`));
    const correct = button('correctShort', 'button primary', () => { navigate(correctAddress(chosen.map(({ id }) => id))); });
    correct.disabled = tooMany;
    fill(
      this.bar,
      h('p', { role: 'status' }, plural('mine.ticked', chosen.length, { pictures: plural('mine.count', pictures) })),
      tooMany ? h('p', { class: 'hint' }, t('mine.tooManyTicked', { sequences: MOST_TOGETHER, pictures: MOST_PICTURES })) : null,
      h(
        'div',
        { class: 'actions' },
        correct,
        button('deleteShort', 'button danger', () => { this.remove(chosen); }),
        button('untick', 'button', () => {
          this.ticked.clear();
          this.showTicks();
          this.entries.querySelector('input')?.focus();
        }),
      ),
    );
  }

  private edit(sequence: OwnSequence): void {
    openSequence(sequence, () => {
      forgetAllPictures();
      this.said.say(t('mine.saved'));
      void this.reload();
    });
  }

  private remove(chosen: readonly OwnSequence[]): void {
    const left = [...chosen];
    const pictures = chosen.reduce((sum, each) => sum + each.pictures, 0);
    confirmThen({
      title: plural('mine.deleteSequences', chosen.length),
      text: t('mine.deleteSequencesText', { pictures: plural('mine.count', pictures) }),
      yes: t('mine.deleteShort'),
      act: async () => {
        // Those that are gone already are not asked for again after something went wrong.
        for (let next = left[0]; next !== undefined; next = left[0]) {
          await evenIfGone(deleteSequence(next.id));
          left.shift();
        }
      },
      onDone: () => {
        forgetAllPictures();
        this.said.say(plural('mine.deletedSequences', chosen.length));
        void this.reload();
      },
    });
  }
}
