import '../styles/forms.css';
import '../styles/account.css';

import type { Account } from '../api/account';
import { configuration } from '../api/configuration';
import { errorText } from '../app/errorText';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { signInLink } from '../app/signInLink';
import { toast } from '../app/toast';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { eraseSection, goodbye } from './erase';
import { LoginsSection } from './logins';
import { MailSection } from './mail';
import { PicturesSection } from './pictures';
import { takeoutSection } from './takeout';
import { TermsSection } from './terms';
import { UsageSection } from './usage';
import { TokensSection } from './tokens';
import { TransfersSection } from './transfers';
import { WebhooksSection } from './webhooks';

async function leave(): Promise<void> {
  try {
    await session.signOut();
  } catch (error) {
    toast(errorText(error), 'error');
  }
}

function who({ id, name, moderates }: Account): HTMLElement {
  const signOut = h('button', { type: 'button', class: 'button', onclick: () => void leave(), 'data-testid': 'account-sign-out' }, t('app.signOut'));
  return h(
    'div',
    { class: 'account-who' },
    h(
      'div',
      {},
      h('p', { 'data-testid': 'account-who' }, t('app.signedInAs', { name })),
      moderates ? h('p', { class: 'hint' }, t('account.administrator')) : null,
      h('p', {}, h('a', { href: `/statistics?users=${encodeURIComponent(id)}`, 'data-testid': 'account-statistics' }, t('statistics.own'))),
    ),
    signOut,
  );
}

/** Where one leads to the page of one's own excluded areas. */
function areasSection(): HTMLElement {
  return h(
    'section',
    { class: 'account-section', 'aria-labelledby': 'account-areas', 'data-testid': 'account-areas' },
    h('h2', { id: 'account-areas' }, t('account.areas')),
    h('p', { class: 'lead' }, t('account.areas.intro')),
    h('p', {}, h('a', { href: '/account/excluded-areas', class: 'button', 'data-testid': 'account-areas-open' }, t('account.areas.open'))),
  );
}

/** What somebody's account is, and what they can change about it. */
class AccountView {
  readonly element = h('div');
  private readonly stopSession: () => void;
  private abort = new AbortController();
  private loaded: Promise<unknown> = Promise.resolve();
  private shown: string | null = null;
  private isErased = false;

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
    if (account === null && this.isErased) {
      const last = goodbye();
      fill(this.element, last);
      last.querySelector('h2')?.focus();
      return;
    }
    if (account === null) {
      const text = h('p', { tabindex: -1, 'data-testid': 'account-sign-in' }, t('account.signIn'));
      fill(this.element, text, h('p', {}, signInLink(`/account${location.hash}`)));
      // The button that signed out is gone; and this is what came of it.
      if (before !== null) text.focus();
      return;
    }
    const logins = new LoginsSection(signal);
    const tokens = new TokensSection(signal, account, () => logins.count);
    const mail = new MailSection(signal);
    const usage = new UsageSection(signal);
    const pictures = new PicturesSection(signal, account);
    const transfers = new TransfersSection(signal);
    const webhooks = new WebhooksSection(signal);
    const sections = [logins, mail, tokens, usage, pictures, transfers, webhooks, ...(this.hasTerms ? [new TermsSection(signal)] : [])];
    const erase = eraseSection(account, () => {
      this.isErased = true;
      session.forget();
    });
    fill(this.element, who(account), ...sections.map(({ element }) => element), areasSection(), takeoutSection(), erase);
    this.loaded = Promise.all(sections.map((section) => section.load()));
  }

  /** Goes to the section that the address names, once those above it have their heights. */
  async reveal(id: string): Promise<void> {
    const place = document.activeElement;
    await this.loaded;
    const title = this.element.querySelector<HTMLElement>(`h2[id="${CSS.escape(id)}"]`);
    // Who did something meanwhile is left where they are.
    const moved = document.activeElement !== place && document.activeElement?.id !== 'content';
    if (title === null || moved || !title.isConnected) return;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    title.scrollIntoView({ block: 'start' });
  }
}

/** `/account`, and `/account#account-transfers` for one of its sections. */
export async function openAccount(url: URL): Promise<Page> {
  const [account, known] = await Promise.all([session.account(), configuration().catch(() => null)]);
  const view = new AccountView(known?.pages.includes('terms-of-service') === true);
  view.show(account);
  void view.reveal(url.hash.slice(1));
  return {
    title: t('title.account'),
    element: h('section', { class: 'sheet wide' }, h('h1', {}, t('account.title')), view.element),
    destroy: () => {
      view.destroy();
    },
  };
}
