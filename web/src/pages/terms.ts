import '../styles/forms.css';
import '../styles/pages.css';

import { Incomplete, simpleForm } from '../app/form';
import { acceptTerms, readTerms } from '../api/terms';
import { errorText } from '../app/errorText';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { addressOf } from './words';

/** Opens beside the page, so that what was done on it stays. */
export function termsLink(): HTMLAnchorElement {
  const address = addressOf('terms-of-service');
  return h('a', { href: address, target: '_blank', rel: 'noopener', 'data-testid': 'terms-link' }, t('terms.link'));
}

/** Asks to agree to the terms of service, and calls back once that is done. */
export function askForTerms(why: string, onAgreed: () => void): HTMLElement {
  const box = h('input', { type: 'checkbox', id: 'terms-agree', 'data-testid': 'terms-tick' });
  const form = simpleForm(
    null,
    async () => {
      if (!box.checked) throw new Incomplete(t('terms.notTicked'), box);
      await acceptTerms();
      onAgreed();
    },
    h('p', {}, termsLink()),
    h('label', { class: 'choice terms-choice' }, box, h('span', {}, t('terms.tick'))),
    h('div', { class: 'actions' }, h('button', { class: 'button primary', 'data-testid': 'terms-agree' }, t('terms.agree'))),
  );
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'terms-title', 'data-testid': 'terms-ask' },
    h('h2', { id: 'terms-title', tabindex: -1 }, t('page.terms-of-service')),
    h('p', {}, why),
    form,
  );
}

/** Says that the terms changed, until they were read. `onRead` says it instead of this. */
export function changedNotice(onRead?: () => void): HTMLElement {
  const trouble = h('p', { class: 'problem', role: 'alert' });
  const noted = async (): Promise<void> => {
    trouble.textContent = '';
    read.disabled = true;
    try {
      await readTerms();
    } catch (error) {
      trouble.textContent = errorText(error);
      read.disabled = false;
      read.focus();
      return;
    }
    if (onRead !== undefined) {
      onRead();
      return;
    }
    const thanks = h('p', { tabindex: -1, 'data-testid': 'terms-noted' }, t('terms.noted'));
    fill(notice, thanks);
    thanks.focus();
  };
  const read = h('button', { type: 'button', class: 'button', onclick: () => void noted(), 'data-testid': 'terms-read' }, t('terms.read'));
  const notice = h(
    'div',
    { class: 'quiet-notice', role: 'region', 'aria-label': t('page.terms-of-service'), 'data-testid': 'terms-changed' },
    h('p', {}, t('terms.changed'), ' ', termsLink()),
    h('div', { class: 'actions' }, read),
    trouble,
  );
  return notice;
}
