import '../../styles/edit.css';

import { type Editable, editable, historyOf, type PastEdit, patch, type Patch, undoEdit, VISIBILITIES } from '../../api/edits';
import { openDialog } from '../../app/dialog';
import { errorText } from '../../app/errorText';
import { toast } from '../../app/toast';
import { h } from '../../lib/dom';
import { normalizeHeading } from '../../lib/geometry';
import { type MessageKey, t } from '../../locales';
import { Past } from './past';
import { TagList } from './tags';

export interface EditEvents {
  /** Where the reader looks, degrees clockwise from north; none where that is not known. */
  readonly looking: () => number | null;
  /** What is shown of the picture was changed: more than its tags. */
  readonly onChanged: () => void;
}

/** Corrects and tags a picture: what the reader may change of it, and what was changed before. */
class EditDialog {
  private readonly abort = new AbortController();
  private readonly trouble = h('p', { class: 'edit-trouble', role: 'alert', hidden: true, 'data-testid': 'edit-trouble' });
  private readonly tags = new TagList((tag, action) => this.send({ semantics: [{ ...tag, action }] }));
  private readonly past = new Past((edit) => void this.undo(edit));
  private readonly heading = h('input', { id: 'edit-heading', type: 'number', min: 0, max: 360, step: 'any', 'data-testid': 'edit-heading' });
  private readonly visibility = h(
    'select',
    { id: 'edit-visibility', 'data-testid': 'edit-visibility' },
    ...VISIBILITIES.map((each) => h('option', { value: each }, t(`edit.visibility.${each}`))),
  );
  private readonly form: HTMLFormElement;
  private readonly headingRow: HTMLElement;
  private readonly visibilityRow: HTMLElement;
  private known: Editable;
  /** Ends when what was asked for before is shown: answers that overtook one another would show what is no more. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly picture: string,
    known: Editable,
    past: readonly PastEdit[],
    private readonly events: EditEvents,
  ) {
    this.known = known;
    const look = h(
      'button',
      { type: 'button', class: 'button', onclick: () => { this.takeLooking(); }, 'data-testid': 'edit-look' },
      t('edit.look'),
    );
    this.headingRow = h('div', { class: 'edit-row' }, h('label', { for: 'edit-heading' }, t('edit.heading')), this.heading, look);
    this.visibilityRow = h('div', { class: 'edit-row' }, h('label', { for: 'edit-visibility' }, t('edit.visibility')), this.visibility);
    const send = h('button', { class: 'button primary', 'data-testid': 'edit-save' }, t('edit.save'));
    this.form = h('form', { class: 'edit-form' }, this.headingRow, this.visibilityRow, send);
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.saveForm();
    });
    const dialog = openDialog(t('edit.title'), this.trouble, this.form, this.tags.element, this.past.element, this.wayToAll());
    dialog.dataset.testid = 'edit';
    dialog.classList.add('edit');
    dialog.addEventListener('close', () => {
      this.abort.abort();
    });
    this.show();
    this.past.show(past);
  }

  private show(): void {
    const { attributes, heading, visibility, tags } = this.known;
    this.headingRow.hidden = !attributes.includes('heading');
    this.visibilityRow.hidden = !attributes.includes('visibility');
    this.form.hidden = this.headingRow.hidden && this.visibilityRow.hidden;
    this.heading.value = heading === null ? '' : String(Math.round(heading * 100) / 100);
    this.visibility.value = visibility;
    this.tags.show(tags);
  }

  /** The way to the page that corrects the whole sequence, for whoever manages it. */
  private wayToAll(): HTMLElement | null {
    const { sequence, attributes } = this.known;
    if (sequence === null || !attributes.includes('visibility')) return null;
    const address = `/pictures/correct?sequences=${encodeURIComponent(sequence)}`;
    return h('p', {}, h('a', { href: address, class: 'button', 'data-testid': 'edit-sequence' }, t('edit.sequence')));
  }

  private takeLooking(): void {
    const looking = this.events.looking();
    if (looking !== null) this.heading.value = normalizeHeading(looking).toFixed(1);
    this.heading.focus();
  }

  /** Sends what differs. */
  private async saveForm(): Promise<void> {
    const { heading, visibility } = this.known;
    const wanted = this.heading.value === '' ? null : this.heading.valueAsNumber;
    const shown = heading === null ? null : Math.round(heading * 100) / 100;
    const seen = VISIBILITIES.find((each) => each === this.visibility.value);
    const fields: Patch = {
      ...(wanted === null || wanted === shown ? {} : { heading: wanted }),
      ...(seen === undefined || seen === visibility ? {} : { visibility: seen }),
    };
    if (Object.keys(fields).length === 0) {
      toast(t('edit.same'));
      return;
    }
    if (await this.send(fields, 'edit.saved')) this.events.onChanged();
  }

  /** Sends a change, and says so once it is shown. Answers whether it was done; what went wrong is said. */
  private send(fields: Patch, said: MessageKey | null = null): Promise<boolean> {
    return this.attempt(async () => {
      this.known = await patch(this.picture, fields);
      return said;
    });
  }

  private async undo(edit: PastEdit): Promise<void> {
    const undone = await this.attempt(async () => {
      const kept = await undoEdit(edit.id);
      this.known = await editable(this.picture, this.abort.signal);
      return kept ? 'edit.undonePartly' : 'edit.undone';
    });
    if (undone && edit.values.some(({ field }) => field !== 'semantics' && field !== 'annotation')) {
      this.events.onChanged();
    }
  }

  /** What it gives is said once it is shown. */
  private attempt(change: () => Promise<MessageKey | null>): Promise<boolean> {
    const attempt = this.turn.then(() => this.attemptNow(change));
    this.turn = attempt;
    return attempt;
  }

  private async attemptNow(change: () => Promise<MessageKey | null>): Promise<boolean> {
    this.trouble.hidden = true;
    let said: MessageKey | null;
    try {
      said = await change();
    } catch (error) {
      this.complain(error);
      return false;
    }
    this.show();
    if (said !== null) toast(t(said));
    // Nobody waits for it with what they do next.
    void this.showPast();
    return true;
  }

  private async showPast(): Promise<void> {
    const { known } = this;
    try {
      const past = await historyOf(this.picture, this.abort.signal);
      // Of what came after it, another is on its way.
      if (this.known === known) this.past.show(past);
    } catch (error) {
      this.complain(error);
    }
  }

  private complain(error: unknown): void {
    if (this.abort.signal.aborted) return;
    this.trouble.textContent = errorText(error);
    this.trouble.hidden = false;
    this.trouble.scrollIntoView({ block: 'nearest' });
  }
}

/** Opens the dialog that corrects and tags a picture. */
export async function openEdit(picture: string, events: EditEvents, signal: AbortSignal): Promise<void> {
  const [known, past] = await Promise.all([editable(picture, signal), historyOf(picture, signal)]);
  if (signal.aborted) return;
  if (known.attributes.length === 0) {
    toast(t('edit.signIn'));
    return;
  }
  new EditDialog(picture, known, past, events);
}
