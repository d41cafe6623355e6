import '../styles/forms.css';

import { configuration } from '../api/configuration';
import { navigate } from '../app/navigate';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { h } from '../lib/dom';
import { safeNext } from '../lib/urls';
import { t } from '../locales';
import { continueWith, simpleForm } from './form';

function tokenForm(next: string): HTMLElement {
  const token = h('textarea', {
    id: 'token',
    rows: 4,
    required: true,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    'data-testid': 'sign-in-token',
  });
  token.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    form.requestSubmit();
  });
  const form = simpleForm(
    t('signIn.wrong'),
    async () => {
      await session.signIn(token.value.trim());
      navigate(next);
    },
    h('p', {}, t('signIn.text')),
    h('pre', {}, h('code', {}, 'flaneur token create --account NAME')),
    h('div', { class: 'field' }, h('label', { for: 'token' }, t('signIn.token')), token),
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'button primary', 'data-testid': 'sign-in-submit' }, t('signIn.submit')),
      h('a', { href: '/invite' }, t('signIn.invite')),
    ),
  );
  return form;
}

/** `/sign-in?next=PATH`. */
export async function openSignIn(url: URL): Promise<Page> {
  const next = safeNext(url.searchParams.get('next'));
  const [account, known] = await Promise.all([session.account(), configuration().catch(() => null)]);
  const content =
    known?.authEnabled === false
      ? continueWith(t('signIn.notNeeded'), next)
      : account === null
        ? tokenForm(next)
        : continueWith(t('signIn.already', { name: account.name }), next);
  return {
    title: t('title.signIn'),
    element: h('section', { class: 'sheet' }, h('h1', {}, t('signIn.title')), content),
  };
}
