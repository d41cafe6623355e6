import { askUndo, type Redaction, type Redactions } from '../../api/redactions';
import { openDialog } from '../../app/dialog';
import { errorText } from '../../app/errorText';
import { type Child, h } from '../../lib/dom';
import { t } from '../../locales';

/** Longest reason that the API takes. */
const LONGEST_REASON = 2000;

/** What is blurred, and how far a request to undo it is. */
function stateText({ state, message, undoable, undo }: Redaction): string {
  if (state === 'asked') return t('wrong.asked');
  if (state === 'refused') return t('wrong.refused', { reason: message ?? '' });
  if (state === 'undone') return t('wrong.undone');
  if (undo?.state === 'asked') return t('wrong.waiting');
  if (undo?.state === 'rejected') return t('wrong.rejected', { reason: undo.answer ?? '' });
  return undoable ? t('wrong.undoable') : t('wrong.gone');
}

function mayAsk({ state, undoable, undo }: Redaction): boolean {
  return state === 'done' && undoable && (undo === null || undo.state === 'rejected');
}

/** One redaction, with the form that asks to undo it where that can be. */
function entry(picture: string, redaction: Redaction, number: number): HTMLElement {
  const said = h('p', { class: 'muted', 'data-testid': 'wrong-state' }, stateText(redaction));
  const kind = t(`wrong.class.${redaction.class}`);
  const origin = t(redaction.drawn ? 'wrong.drawn' : 'wrong.detected');
  const form = mayAsk(redaction) ? asking(picture, redaction, number, said) : null;
  return h(
    'li',
    { class: 'wrong-entry', 'data-testid': 'wrong-entry', 'data-redaction': redaction.id },
    h('p', {}, h('strong', {}, t('wrong.entry', { number, kind })), ` ${origin}`),
    said,
    form,
  );
}

function asking(picture: string, redaction: Redaction, number: number, said: HTMLElement): HTMLElement {
  const name = `reason-${number}`;
  const reason = h('textarea', { id: name, rows: 2, maxlength: LONGEST_REASON, required: true, 'data-testid': 'wrong-reason' });
  const trouble = h('p', { class: 'blur-trouble', role: 'alert', hidden: true });
  const send = h('button', { class: 'button', 'data-testid': 'wrong-send' }, t('wrong.ask'));
  const form = h('form', {}, h('label', { for: name }, t('wrong.reason')), reason, trouble, send);
  const ask = async (): Promise<void> => {
    send.disabled = true;
    trouble.hidden = true;
    try {
      await askUndo(picture, redaction.id, reason.value.trim());
      said.textContent = t('wrong.waiting');
      said.setAttribute('tabindex', '-1');
      more.remove();
      said.focus();
    } catch (error) {
      trouble.textContent = errorText(error);
      trouble.hidden = false;
      send.disabled = false;
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void ask();
  });
  const more = h('details', {}, h('summary', { 'data-testid': 'wrong-open' }, t('wrong.this')), form);
  return more;
}

/** Lists what is blurred in a picture, for false alarms; the one that was picked is in view and open. */
export function openWrong(picture: string, { redactions }: Redactions, picked: Redaction | null): void {
  const entries = redactions.map((redaction, index) => entry(picture, redaction, index + 1));
  const kept = redactions.some((redaction) => redaction.undoable);
  const intro = redactions.length === 0 ? t('wrong.nothing') : kept ? t('wrong.intro') : t('wrong.noneKept');
  const list: Child = entries.length === 0 ? null : h('ul', { class: 'wrong-list' }, ...entries);
  const dialog = openDialog(t('wrong.title'), h('p', {}, intro), list);
  dialog.dataset.testid = 'wrong';
  const chosen = picked === null ? undefined : entries[redactions.indexOf(picked)];
  if (chosen === undefined) return;
  chosen.scrollIntoView({ block: 'nearest' });
  const more = chosen.querySelector('details');
  if (more !== null) more.open = true;
  chosen.querySelector<HTMLElement>('textarea')?.focus();
}
