import { undoEdit } from '../api/edits';
import { type OwnEdit, ownEdits } from '../api/manyEdits';
import { errorText } from '../app/errorText';
import { fill, h } from '../lib/dom';
import { formatMoment } from '../lib/time';
import { language, t } from '../locales';
import { editText } from './words';

/** So many of the latest edits are shown. */
const SHOWN = 10;

/** What one changed lately, with what puts it back. */
export class OwnPast {
  readonly element: HTMLElement;
  private readonly list = h('ol', { class: 'past', 'data-testid': 'mine-past' });
  private readonly trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'mine-past-trouble' });

  constructor(
    private readonly signal: AbortSignal,
    /** Something was put back; `partly` if somebody changed some of it since. */
    private readonly onUndone: (partly: boolean) => void,
  ) {
    this.element = h('section', { class: 'mine-past' }, h('h2', {}, t('mine.past')), this.trouble, this.list);
  }

  async load(): Promise<void> {
    this.trouble.textContent = '';
    try {
      const edits = await ownEdits(SHOWN, this.signal);
      if (this.signal.aborted) return;
      const none = h('li', { class: 'muted' }, t('mine.noPast'));
      fill(this.list, ...(edits.length === 0 ? [none] : edits.map((edit) => this.entry(edit))));
    } catch (error) {
      this.complain(error);
    }
  }

  private entry(edit: OwnEdit): HTMLElement {
    const when = formatMoment(edit.at, language());
    const what = editText(edit);
    const undo = h(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-label': t('mine.undoThat', { what, when }),
        onclick: () => void this.undo(edit, undo),
        'data-testid': 'mine-undo',
      },
      t('edit.undo'),
    );
    return h(
      'li',
      {},
      h('p', { class: 'muted' }, h('time', { datetime: edit.at }, when)),
      h('p', {}, what),
      edit.undone ? h('p', { class: 'muted' }, t('mine.isUndone')) : edit.undoable ? undo : null,
    );
  }

  private async undo({ id }: OwnEdit, button: HTMLButtonElement): Promise<void> {
    this.trouble.textContent = '';
    button.disabled = true;
    try {
      const partly = await undoEdit(id);
      await this.load();
      this.onUndone(partly);
    } catch (error) {
      button.disabled = false;
      this.complain(error);
    }
  }

  private complain(error: unknown): void {
    if (!this.signal.aborted) this.trouble.textContent = errorText(error);
  }
}
