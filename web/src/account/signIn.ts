import '../styles/forms.css';
import '../styles/account.css';

import type { Account } from '../api/account';
import { type Configuration, configuration, type Provider, signInAddress } from '../api/configuration';
import { ApiError } from '../api/errors';
import { errorText } from '../app/errorText';
import { navigate } from '../app/navigate';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { labelled } from '../app/labelled';
import { type Child, fill, h } from '../lib/dom';
import { safeNext } from '../lib/urls';
import { t } from '../locales';
import { continueWith, Incomplete, simpleForm } from '../app/form';
import { signInProblem } from './problems';

function tokenForm(next: string): HTMLFormElement {
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
      await session.signIn(token.value.trim()).catch((error: unknown) => {
        const restricted = error instanceof ApiError && error.kind === 'forbidden';
        throw restricted ? new Incomplete(t('signIn.restricted'), token) : error;
      });
      navigate(next);
    },
    h('p', {}, t('signIn.text')),
    h('pre', {}, h('code', {}, 'flaneur token create --account NAME')),
    labelled(t('signIn.token'), token),
    h('div', { class: 'actions' }, h('button', { class: 'button primary', 'data-testid': 'sign-in-submit' }, t('signIn.submit'))),
  );
  return form;
}

/** A link, for it leads the browser to another site. */
function providerLink(provider: Provider, next: string): HTMLElement {
  const address = signInAddress(provider, next);
  const label = t('signIn.with', { name: provider.name });
  return h('li', {}, h('a', { href: address, class: 'button primary', 'data-testid': `sign-in-${provider.id}` }, label));
}

/** Every way to sign in, the usual ones first. */
function ways({ providers, registrationIsOpen }: Configuration, next: string): Child[] {
  const invite = h('p', { class: 'ways-more' }, h('a', { href: '/invite' }, t('signIn.invite')));
  if (providers.length === 0) return [tokenForm(next), invite];
  return [
    h('ul', { class: 'ways' }, ...providers.map((provider) => providerLink(provider, next))),
    h('p', { class: 'hint' }, t(registrationIsOpen ? 'signIn.open' : 'signIn.closed')),
    h(
      'details',
      { class: 'disclosure' },
      h('summary', { 'data-testid': 'sign-in-with-token' }, t('signIn.withToken')),
      tokenForm(next),
    ),
    invite,
  ];
}

/** What the page offers; asks again what that is when it could not be found out. */
async function offer(content: HTMLElement, account: Account | null, next: string): Promise<void> {
  if (account !== null) {
    fill(content, continueWith(t('signIn.already', { name: account.name }), next));
    return;
  }
  try {
    const known = await configuration();
    if (known.authEnabled) fill(content, ...ways(known, next));
    else fill(content, continueWith(t('signIn.notNeeded'), next));
  } catch (error) {
    const retry = h('button', { type: 'button', class: 'button', onclick: () => void offer(content, account, next) }, t('app.retry'));
    fill(content, h('p', { class: 'notice', role: 'alert', 'data-testid': 'sign-in-unknown' }, errorText(error)), retry);
  }
}

/** `/sign-in?next=PATH&problem=NAME`; the problem is what the server says when somebody comes back from elsewhere. */
export async function openSignIn(url: URL): Promise<Page> {
  const next = safeNext(url.searchParams.get('next'));
  const problem = signInProblem(url.searchParams.get('problem'));
  const content = h('div');
  await offer(content, await session.account(), next);
  const notice = h('p', { class: 'notice', role: 'alert', 'data-testid': 'sign-in-problem' }, problem);
  return {
    title: t('title.signIn'),
    element: h('section', { class: 'sheet' }, h('h1', {}, t('signIn.title')), problem === null ? null : notice, content),
  };
}
