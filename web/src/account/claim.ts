import '../styles/forms.css';

import { claimToken } from '../api/account';
import { isNotFound } from '../api/errors';
import { askedFor, type Token } from '../api/tokens';
import { errorText } from '../app/errorText';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { signInLink } from '../app/signInLink';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { simpleForm } from '../app/form';
import { askedTexts } from './tokenWords';

/** Asks whoever is signed in whether the program may do what it asks for. */
function question(token: Token, name: string, onAllowed: () => void): HTMLElement {
  return simpleForm(
    t('claim.wrong'),
    async () => {
      await claimToken(token.id);
      onAllowed();
    },
    h('p', {}, t('claim.text', { name })),
    token.description === null ? null : h('p', { 'data-testid': 'claim-calls' }, t('claim.calls', { name: token.description })),
    h('p', { id: 'claim-asks' }, t('claim.asks')),
    h(
      'ul',
      { 'aria-labelledby': 'claim-asks', 'data-testid': 'claim-asks' },
      ...askedTexts(token).map((text) => h('li', {}, text)),
    ),
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'button primary', 'data-testid': 'claim-allow' }, t('claim.allow')),
      h('a', { href: '/', class: 'button' }, t('claim.deny')),
    ),
  );
}

/** `/claim?token=ID`: a program on some device asks to act for whoever is signed in here. */
export async function openClaim(url: URL): Promise<Page> {
  const id = url.searchParams.get('token') ?? '';
  const account = await session.account();
  const content = h('div');
  const warn = (text: string): void => {
    fill(content, h('p', { role: 'alert', 'data-testid': 'claim-problem' }, text));
  };
  if (id === '') {
    warn(t('claim.missing'));
  } else if (account === null) {
    fill(
      content,
      h('p', {}, t('claim.signIn')),
      h('p', {}, signInLink(url.pathname + url.search)),
    );
  } else {
    try {
      const token = await askedFor(id);
      const allowed = (): void => {
        fill(content, h('p', { role: 'status', 'data-testid': 'claim-done' }, t('claim.done')));
      };
      fill(content, question(token, account.name, allowed));
    } catch (error) {
      warn(isNotFound(error) ? t('claim.wrong') : errorText(error));
    }
  }
  return {
    title: t('title.claim'),
    element: h('section', { class: 'sheet' }, h('h1', {}, t('claim.title')), content),
  };
}
