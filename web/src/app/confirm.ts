import { h } from '../lib/dom';
import { t } from '../locales';
import { openDialog } from './dialog';
import { errorText } from './errorText';

export interface Confirmation {
  readonly title: string;
  /** What comes of it. */
  readonly text: string;
  /** On the button that does it. */
  readonly yes: string;
  /** On the button that does nothing, where “Cancel” could be taken for the other one. */
  readonly no?: string;
  readonly act: () => Promise<void>;
  /** It is done, and the dialog closed. */
  readonly onDone: () => void;
  /** What went wrong in the words of the page; without it, or where it has none, in the usual ones. */
  readonly wrong?: (error: unknown) => string | null;
}

/** Asks before something is done that cannot be taken back. What goes wrong is said where it was asked. */
export function confirmThen({ title, text, yes, no, act, onDone, wrong }: Confirmation): void {
  const trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'confirm-trouble' });
  const run = async (): Promise<void> => {
    trouble.textContent = '';
    go.disabled = true;
    try {
      await act();
    } catch (error) {
      trouble.textContent = wrong?.(error) ?? errorText(error);
      go.disabled = false;
      // It was lost while the button could not have it.
      if (dialog.open) go.focus();
      return;
    }
    dialog.close();
    onDone();
  };
  const go = h('button', { type: 'button', class: 'button', onclick: () => void run(), 'data-testid': 'confirm-yes' }, yes);
  const stay = h(
    'button',
    { type: 'button', class: 'button', autofocus: true, onclick: () => { dialog.close(); }, 'data-testid': 'confirm-no' },
    no ?? t('app.cancel'),
  );
  const dialog = openDialog(title, h('p', {}, text), trouble, h('div', { class: 'actions' }, go, stay));
  dialog.dataset.testid = 'confirm';
}
