import { copyField } from '../app/copyField';
import { h } from '../lib/dom';
import { t } from '../locales';

export interface SecretOptions {
  /** Begins what its parts are called in tests. */
  readonly name: string;
  readonly title: string;
  /** Why it is to be copied now, and what whoever has it can do. */
  readonly once: string;
  /** What the secret is. */
  readonly label: string;
  readonly value: string;
  readonly copied: string;
  readonly copyFailed: string;
  /** It was taken. */
  readonly onDone: () => void;
}

/** A secret that is told once. Its title takes the focus. */
export function secretBox({ name, title, once, label, value, copied, copyFailed, onDone }: SecretOptions): { element: HTMLElement; focus: () => void } {
  const first = h('h3', { tabindex: -1 }, title);
  const done = h('button', { type: 'button', class: 'button', onclick: onDone, 'data-testid': `${name}-done` }, t('account.tokens.done'));
  const secret = copyField({ name: `${name}-secret`, label, value, copied, failed: copyFailed });
  return {
    element: h('div', { class: 'fresh', 'data-testid': `${name}-fresh` }, first, h('p', {}, once), secret, done),
    focus: () => {
      first.focus();
    },
  };
}
