import { configuration, type Provider } from '../api/configuration';
import { ApiError } from '../api/errors';
import { connectLogin, disconnectLogin, listLogins, type Login } from '../api/logins';
import { confirmThen } from '../app/confirm';
import { errorText } from '../app/errorText';
import { type Child, h } from '../lib/dom';
import { formatMoment } from '../lib/time';
import { language, t } from '../locales';
import { Section } from './section';

/** What people call the place: as the operator named it, else by its host. */
function placeOf({ provider, issuer }: Login, providers: readonly Provider[]): string {
  const known = providers.find(({ id }) => id === provider);
  return known?.name ?? (URL.canParse(issuer) ? new URL(issuer).host : issuer);
}

/** With which accounts elsewhere one signs in. */
export class LoginsSection extends Section {
  /** How many there are; none is known before they are fetched. */
  count = 0;
  private readonly trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'login-trouble' });

  constructor(signal: AbortSignal) {
    super('logins', t('account.logins'), t('account.logins.intro'), signal);
  }

  protected async fetch(): Promise<Child[]> {
    const [logins, { providers }] = await Promise.all([listLogins(this.signal), configuration()]);
    this.count = logins.length;
    this.trouble.textContent = '';
    const free = providers.filter(({ id }) => !logins.some(({ provider }) => provider === id));
    const entries = h('ul', { class: 'entries' }, ...logins.map((login) => this.entry(login, placeOf(login, providers))));
    const none = t(providers.length === 0 ? 'account.logins.nowhere' : 'account.logins.none');
    return [
      logins.length === 0 ? h('p', { class: 'muted', 'data-testid': 'logins-none' }, none) : entries,
      free.length === 0 ? null : h('div', { class: 'actions' }, ...free.map((provider) => this.connectButton(provider))),
      this.trouble,
    ];
  }

  private entry(login: Login, place: string): HTMLElement {
    const { name, usedAt } = login;
    const used = usedAt === null ? null : t('account.logins.used', { when: formatMoment(usedAt, language()) });
    const disconnect = h(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-label': t('account.logins.disconnectFrom', { place }),
        onclick: () => {
          this.disconnect(login, place);
        },
        'data-testid': 'login-disconnect',
      },
      t('account.logins.disconnect'),
    );
    return h(
      'li',
      { class: 'entry', 'data-testid': 'login-entry' },
      h(
        'div',
        { class: 'entry-facts' },
        h('h3', {}, place),
        name === null ? null : h('p', {}, t('account.logins.as', { name })),
        used === null ? null : h('p', { class: 'hint' }, used),
      ),
      disconnect,
    );
  }

  private connectButton(provider: Provider): HTMLElement {
    const { id, name } = provider;
    const button = h(
      'button',
      { type: 'button', class: 'button', onclick: () => void this.connect(button, provider), 'data-testid': `login-connect-${id}` },
      t('account.logins.connect', { name }),
    );
    return button;
  }

  private async connect(button: HTMLButtonElement, { id, name }: Provider): Promise<void> {
    this.trouble.textContent = '';
    this.hush();
    button.disabled = true;
    try {
      location.assign(await connectLogin(id, '/account'));
    } catch (error) {
      const away = error instanceof ApiError && error.status === 502;
      this.trouble.textContent = away ? t('account.logins.away', { name }) : errorText(error);
    } finally {
      // Who goes back to this page finds it as it was.
      button.disabled = false;
      button.focus();
    }
  }

  private disconnect(login: Login, place: string): void {
    confirmThen({
      title: t('account.logins.disconnectSure', { place }),
      text: t('account.logins.disconnectText'),
      yes: t('account.logins.disconnect'),
      act: () => disconnectLogin(login.id),
      onDone: () => void this.done(t('account.logins.disconnected', { place })),
      wrong: (error) => (error instanceof ApiError && error.status === 409 ? t('account.logins.last') : null),
    });
  }
}
