import type { Account } from '../api/account';
import { hasExpired, listTokens, type MadeToken, revokeToken, signsIn, type Token } from '../api/tokens';
import { confirmThen } from '../app/confirm';
import { type Child, fill, h } from '../lib/dom';
import { formatMoment } from '../lib/time';
import { language, t } from '../locales';
import { newTokenForm } from './newToken';
import { secretBox } from './secret';
import { Section } from './section';
import { mayText } from './tokenWords';

function nameOf({ description }: Token): string {
  return description ?? t('account.tokens.unnamed');
}

/** When a token was made, and how long it holds. */
function timeText(token: Token): string {
  const moment = (iso: string): string => formatMoment(iso, language());
  const made = t('account.tokens.made', { when: moment(token.madeAt) });
  const { expiresAt } = token;
  if (expiresAt === null) return `${made} ${t('account.tokens.neverExpires')}`;
  const key = hasExpired(token, new Date()) ? 'account.tokens.expired' : 'account.tokens.expires';
  return `${made} ${t(key, { when: moment(expiresAt) })}`;
}

/** One's tokens: what lets programs act for one's account. */
export class TokensSection extends Section {
  /** Stays while the list below it is fetched anew. */
  private readonly fresh = h('div');
  /** Those with which one can sign in. */
  private waysIn: readonly string[] = [];

  constructor(
    signal: AbortSignal,
    private readonly account: Account,
    /** How many other ways in there are. */
    private readonly countLogins: () => number,
  ) {
    super('tokens', t('account.tokens'), t('account.tokens.intro'), signal);
  }

  protected async fetch(): Promise<Child[]> {
    const tokens = await listTokens(this.signal);
    const now = new Date();
    this.waysIn = tokens.filter((token) => signsIn(token, now)).map(({ id }) => id);
    const entries = h('ul', { class: 'entries' }, ...tokens.map((token) => this.entry(token)));
    const make = h(
      'details',
      { class: 'disclosure' },
      h('summary', { 'data-testid': 'token-make' }, t('account.tokens.make')),
      newTokenForm(this.account.moderates, (token) => {
        this.show(token);
      }),
    );
    return [
      this.fresh,
      tokens.length === 0 ? h('p', { class: 'muted', 'data-testid': 'tokens-none' }, t('account.tokens.none')) : entries,
      make,
    ];
  }

  private entry(token: Token): HTMLElement {
    const name = nameOf(token);
    const revoke = h(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-label': t('account.tokens.revokeThat', { name }),
        onclick: () => {
          this.revoke(token);
        },
        'data-testid': 'token-revoke',
      },
      t('account.tokens.revoke'),
    );
    return h(
      'li',
      { class: 'entry', 'data-testid': 'token-entry' },
      h('div', { class: 'entry-facts' }, h('h3', {}, name), h('p', {}, mayText(token)), h('p', { class: 'hint' }, timeText(token))),
      revoke,
    );
  }

  /** Shows the secret of a token, which is told once. */
  private show(token: MadeToken): void {
    this.hush();
    const box = secretBox({
      name: 'token',
      title: t('account.tokens.fresh', { name: nameOf(token) }),
      once: t('account.tokens.once'),
      label: t('account.tokens.secret'),
      value: token.secret,
      copied: t('account.tokens.copied'),
      copyFailed: t('account.tokens.copyFailed'),
      onDone: () => {
        fill(this.fresh);
        this.say(t('account.tokens.kept', { name: nameOf(token) }));
      },
    });
    fill(this.fresh, box.element);
    void this.load().then(box.focus);
  }

  private revoke(token: Token): void {
    const last = this.waysIn.length === 1 && this.waysIn[0] === token.id && this.countLogins() === 0;
    confirmThen({
      title: t('account.tokens.revokeSure', { name: nameOf(token) }),
      text: t(last ? 'account.tokens.revokeLast' : 'account.tokens.revokeText'),
      yes: t('account.tokens.revoke'),
      act: () => revokeToken(token.id),
      onDone: () => {
        fill(this.fresh);
        void this.done(t('account.tokens.revoked', { name: nameOf(token) }));
      },
    });
  }
}
