import { type Account, eraseAccount } from '../api/account';
import { ApiError } from '../api/errors';
import { openDialog } from '../app/dialog';
import { answerText } from '../app/errorText';
import { toast } from '../app/toast';
import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import { t } from '../locales';
import { namesTheSame } from './names';

/** What happens, in the order in which it does. */
const CONSEQUENCES = ['account.erase.atOnce', 'account.erase.soon', 'account.erase.stays', 'account.erase.forGood'] as const;

/** Why nothing was erased. */
function refusalText(error: unknown): string {
  return error instanceof ApiError && error.status === 409 ? t('account.erase.last') : answerText(error);
}

/** Asks for the account's name before it is erased. */
function openErase({ name }: Account, onErased: () => void): void {
  let isErasing = false;
  const trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'erase-trouble' });
  const typed = h('input', {
    id: 'erase-name',
    autocomplete: 'off',
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: 'false',
    autofocus: true,
    'aria-describedby': 'erase-hint',
    'data-testid': 'erase-name',
    oninput: () => {
      trouble.textContent = '';
      allow();
    },
  });
  const go = h('button', { class: 'button danger', disabled: true, 'data-testid': 'erase-yes' }, t('account.erase.yes'));
  const stay = h('button', { type: 'button', class: 'button', onclick: () => { dialog.close(); }, 'data-testid': 'erase-no' }, t('app.cancel'));
  const allow = (): void => {
    go.disabled = isErasing || !namesTheSame(typed.value, name);
  };
  const erase = async (): Promise<void> => {
    trouble.textContent = '';
    isErasing = true;
    allow();
    try {
      await eraseAccount(name);
    } catch (error) {
      isErasing = false;
      allow();
      if (!dialog.open) {
        toast(refusalText(error), 'error');
        return;
      }
      trouble.textContent = refusalText(error);
      // It was lost while the button could not have it.
      if (document.activeElement !== typed) go.focus();
      return;
    }
    dialog.close();
    onErased();
  };
  const form = h(
    'form',
    { class: 'form' },
    h('p', {}, t('account.erase.sureText')),
    labelled(
      t('account.erase.name'),
      typed,
      h('p', { id: 'erase-hint', class: 'hint' }, t('account.erase.nameHint'), ' ', h('strong', { class: 'erase-exact' }, name)),
    ),
    h('div', { class: 'actions' }, go, stay),
    trouble,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!go.disabled) void erase();
  });
  const dialog = openDialog(t('account.erase.sure'), form);
  dialog.dataset.testid = 'erase';
}

/** The end of the page: erasing the account with everything in it. */
export function eraseSection(account: Account, onErased: () => void): HTMLElement {
  const open = h(
    'button',
    { type: 'button', class: 'button danger', onclick: () => { openErase(account, onErased); }, 'data-testid': 'erase-open' },
    t('account.erase.open'),
  );
  return h(
    'section',
    { class: 'account-section danger', 'aria-labelledby': 'account-erase', 'data-testid': 'account-erase' },
    h('h2', { id: 'account-erase' }, t('account.erase')),
    h('p', {}, t('account.erase.intro')),
    h('ul', { class: 'consequences' }, ...CONSEQUENCES.map((key) => h('li', {}, t(key)))),
    h('p', {}, t('account.erase.download')),
    open,
  );
}

/** What is left of the page once the account is gone. */
export function goodbye(): HTMLElement {
  const title = h('h2', { tabindex: -1, 'data-testid': 'account-erased' }, t('account.erased'));
  return h(
    'section',
    {},
    title,
    h('p', {}, t('account.erased.text')),
    h('p', {}, h('a', { href: '/', class: 'button primary', 'data-testid': 'erased-home' }, t('account.erased.home'))),
  );
}
