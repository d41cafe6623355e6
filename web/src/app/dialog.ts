import { type Child, h } from '../lib/dom';
import { icon } from '../lib/icons';
import { t } from '../locales';

/** Opens a modal dialog; it removes itself once closed. */
export function openDialog(title: string, ...content: Child[]): HTMLDialogElement {
  const heading = h('h2', { id: 'dialog-title' }, title);
  const close = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': t('app.close'), onclick: () => { dialog.close(); } },
    icon('close'),
  );
  const dialog = h(
    'dialog',
    { class: 'dialog', 'aria-labelledby': heading.id },
    h('div', { class: 'dialog-head' }, heading, close),
    ...content,
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
