import '../styles/forms.css';

import { isNotFound } from '../api/errors';
import { answerLink } from '../api/mail';
import { simpleForm } from '../app/form';
import type { Page } from '../app/page';
import { fill, h } from '../lib/dom';
import { t } from '../locales';

/** A button that says whether mails may go there. `over`: what to show instead of it all, once that is known. */
function answer(key: string, wanted: boolean, over: (text: string, role: 'status' | 'alert') => void): HTMLElement {
  const submit = async (): Promise<void> => {
    try {
      const { address } = await answerLink(key, wanted);
      over(wanted ? t('mail.confirmed', { address: address ?? '' }) : t('mail.refused'), 'status');
    } catch (error) {
      if (!isNotFound(error)) throw error;
      over(t('mail.wrong'), 'alert');
    }
  };
  const [label, name] = wanted ? [t('mail.confirm'), 'mail-confirm'] : [t('mail.refuse'), 'mail-refuse'];
  return simpleForm(null, submit, h('button', { class: wanted ? 'button primary' : 'button', 'data-testid': name }, label));
}

/** `/mail#KEY`, out of a mail. Nothing is done before somebody says so: programs open links in mails, too. */
export function openMailLink(url: URL): Page {
  const content = h('div', { class: 'form' });
  const show = (key: string): void => {
    if (key === '') {
      fill(content, h('p', { class: 'problem', role: 'alert', 'data-testid': 'mail-problem' }, t('mail.missing')));
      return;
    }
    const over = (text: string, role: 'status' | 'alert'): void => {
      const said = h('p', { class: role === 'alert' ? 'problem' : null, role, tabindex: -1, 'data-testid': 'mail-said' }, text);
      fill(content, said, h('p', {}, h('a', { href: '/account#account-mail', class: 'button' }, t('mail.account'))));
      said.focus();
    };
    fill(content, h('p', {}, t('mail.text')), answer(key, true, over), answer(key, false, over));
  };
  show(url.hash.slice(1));
  return {
    title: t('title.mail'),
    element: h('section', { class: 'sheet' }, h('h1', {}, t('title.mail')), content),
    update: (changed) => {
      show(changed.hash.slice(1));
    },
  };
}
