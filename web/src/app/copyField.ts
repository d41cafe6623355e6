import { h } from '../lib/dom';
import { t } from '../locales';

export interface CopyFieldOptions {
  /** Begins the ids of its parts, and what they are called in tests. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** What is said once it is copied, and where the browser does not let it be; a plain word if it is not given. */
  readonly copied?: string;
  readonly failed?: string;
}

/** A text to take along, with a button that copies it. */
export function copyField({ name, label, value, copied, failed }: CopyFieldOptions): HTMLElement {
  const field = h('input', { id: name, readonly: true, value, onfocus: () => { field.select(); }, 'data-testid': name });
  const said = h('p', { class: 'hint', role: 'status', 'data-testid': `${name}-copied` });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      said.textContent = copied ?? t('app.copied');
    } catch {
      field.focus();
      said.textContent = failed ?? t('app.copyFailed');
    }
  };
  const button = h(
    'button',
    // Where there are several, they are told apart by what they copy.
    { type: 'button', class: 'button', onclick: () => void copy(), 'aria-label': t('app.copyWhat', { what: label }), 'data-testid': `${name}-copy` },
    t('app.copy'),
  );
  return h(
    'div',
    { class: 'field' },
    h('label', { for: name }, label),
    h('div', { class: 'copy-field' }, field, button),
    said,
  );
}
