import '../styles/forms.css';

import { claimToken } from '../api/account';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { simpleForm } from './form';

/** `/claim?token=ID`: a program on some device asks to act for whoever is signed in here. */
export async function openClaim(url: URL): Promise<Page> {
  const token = url.searchParams.get('token') ?? '';
  const account = await session.account();
  const content = h('div');
  if (token === '') {
    fill(content, h('p', { role: 'alert' }, t('claim.missing')));
  } else if (account === null) {
    const next = encodeURIComponent(url.pathname + url.search);
    fill(
      content,
      h('p', {}, t('claim.signIn')),
      h('p', {}, h('a', { href: `/sign-in?next=${next}`, class: 'button primary' }, t('app.signIn'))),
    );
  } else {
    const form = simpleForm(
      t('claim.wrong'),
      async () => {
        await claimToken(token);
        fill(content, h('p', { role: 'status', 'data-testid': 'claim-done' }, t('claim.done')));
      },
      h('p', {}, t('claim.text', { name: account.name })),
      h(
        'div',
        { class: 'actions' },
        h('button', { class: 'button primary', 'data-testid': 'claim-allow' }, t('claim.allow')),
        h('a', { href: '/', class: 'button' }, t('claim.deny')),
      ),
    );
    fill(content, form);
  }
  return {
    title: t('title.claim'),
    element: h('section', { class: 'sheet' }, h('h1', {}, t('claim.title')), content),
  };
}
