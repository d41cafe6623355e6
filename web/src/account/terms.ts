import { acceptTerms, getAnswers, getTerms, type TermsAnswer } from '../api/terms';
import { errorText } from '../app/errorText';
import { type Child, h } from '../lib/dom';
import { formatMoment } from '../lib/time';
import { language, t } from '../locales';
import { changedNotice, termsLink } from '../pages/terms';
import { Section } from './section';

function answerText({ version, acceptedAt, readAt }: TermsAnswer): string {
  const when = acceptedAt ?? readAt;
  if (when === null) return t('account.terms.version', { version });
  const moment = formatMoment(when, language());
  return t(acceptedAt === null ? 'account.terms.readAt' : 'account.terms.acceptedAt', { version, when: moment });
}

/** What somebody said of the terms of service. */
export class TermsSection extends Section {
  private readonly trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'terms-trouble' });

  constructor(signal: AbortSignal) {
    super('terms', t('page.terms-of-service'), t('account.terms.intro'), signal);
  }

  protected async fetch(): Promise<Child[]> {
    const [terms, { version, answers }] = await Promise.all([getTerms(this.signal), getAnswers(this.signal)]);
    this.trouble.textContent = '';
    if (terms === null) return [h('p', { class: 'muted' }, t('account.terms.gone'))];
    const current = answers.some((answer) => answer.version === version && answer.acceptedAt !== null);
    const list = h('ul', { class: 'terms-answers' }, ...answers.map((answer) => h('li', { 'data-testid': 'terms-answer' }, answerText(answer))));
    const changed = terms.accepted && !terms.changeRead;
    return [
      changed ? changedNotice(() => void this.done(t('terms.noted'))) : null,
      answers.length === 0 ? h('p', { 'data-testid': 'terms-none' }, t('account.terms.none')) : list,
      h('div', { class: 'actions' }, current ? null : this.agreeButton(), changed ? null : termsLink()),
      this.trouble,
    ];
  }

  private agreeButton(): HTMLButtonElement {
    const button = h(
      'button',
      { type: 'button', class: 'button', onclick: () => void this.agree(button), 'data-testid': 'terms-agree' },
      t('account.terms.agree'),
    );
    return button;
  }

  private async agree(button: HTMLButtonElement): Promise<void> {
    this.trouble.textContent = '';
    this.hush();
    button.disabled = true;
    try {
      await acceptTerms();
    } catch (error) {
      this.trouble.textContent = errorText(error);
      button.disabled = false;
      button.focus();
      return;
    }
    await this.done(t('account.terms.agreed'));
  }
}
