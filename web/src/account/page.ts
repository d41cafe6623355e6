import '../styles/forms.css';
import '../styles/account.css';

import type { Account } from '../api/account';
import { configuration } from '../api/configuration';
import { errorText } from '../app/errorText';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { toast } from '../app/toast';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { LoginsSection } from './logins';
import { PicturesSection } from './pictures';
import { TermsSection } from './terms';
import { TokensSection } from './tokens';

async function leave(): Promise<void> {
  try {
    await session.signOut();
  } catch (error) {
    toast(errorText(error), 'error');
  }
}

function who({ name, moderates }: Account): HTMLElement {
  const signOut = h('button', { type: 'button', class: 'button', onclick: () => void leave(), 'data-testid': 'account-sign-out' }, t('app.signOut'));
  return h(
    'div',
    { class: 'account-who' },
    h(
      'div',
      {},
      h('p', { 'data-testid': 'account-who' }, t('app.signedInAs', { name })),
      moderates ? h('p', { class: 'hint' }, t('account.administrator')) : null,
    ),
    signOut,
  );
}

/** What somebody's account is, and what they can change about it. */
class AccountView {
  readonly element = h('div');
  private readonly stopSession: () => void;
  private abort = new AbortController();
  private shown: string | null = null;

  constructor(private readonly hasTerms: boolean) {
    this.stopSession = session.onChange((account) => {
      this.show(account);
    });
  }

  destroy(): void {
    this.stopSession();
    this.abort.abort();
  }

  show(account: Account | null): void {
    this.abort.abort();
    const { signal } = (this.abort = new AbortController());
    const before = this.shown;
    this.shown = account?.id ?? null;
    if (account === null) {
      const text = h('p', { tabindex: -1, 'data-testid': 'account-sign-in' }, t('account.signIn'));
      const link = h('a', { href: '/sign-in?next=%2Faccount', class: 'button primary' }, t('app.signIn'));
      fill(this.element, text, h('p', {}, link));
      // The button that signed out is gone; and this is what came of it.
      if (before !== null) text.focus();
      return;
    }
    const logins = new LoginsSection(signal);
    const tokens = new TokensSection(signal, account, () => logins.count);
    const pictures = new PicturesSection(signal);
    const sections = [logins, tokens, pictures, ...(this.hasTerms ? [new TermsSection(signal)] : [])];
    fill(this.element, who(account), ...sections.map(({ element }) => element));
    for (const section of sections) void section.load();
  }
}

/** `/account`. */
export async function openAccount(): Promise<Page> {
  const [account, known] = await Promise.all([session.account(), configuration().catch(() => null)]);
  const view = new AccountView(known?.pages.includes('terms-of-service') === true);
  view.show(account);
  return {
    title: t('title.account'),
    element: h('section', { class: 'sheet wide' }, h('h1', {}, t('account.title')), view.element),
    destroy: () => {
      view.destroy();
    },
  };
}
