import type { AreaScope } from '../api/areas';
import type { Account } from '../api/account';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { signInLink } from '../app/signInLink';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { AreasView } from './view';

const ADDRESSES: Readonly<Record<AreaScope, string>> = { own: '/account/excluded-areas', instance: '/excluded-areas' };

function stranger(scope: AreaScope): HTMLElement {
  return h(
    'section',
    { class: 'sheet' },
    h('h1', {}, t(`areas.title.${scope}`)),
    h('p', { 'data-testid': 'areas-sign-in' }, t('areas.signIn')),
    h('p', {}, signInLink(ADDRESSES[scope])),
  );
}

function forbidden(): HTMLElement {
  return h(
    'section',
    { class: 'sheet' },
    h('h1', {}, t('areas.title.instance')),
    h('p', { 'data-testid': 'areas-forbidden' }, t('areas.forbidden')),
    h('p', {}, h('a', { href: ADDRESSES.own, class: 'button primary' }, t('areas.title.own'))),
  );
}

/** `/account/excluded-areas`, and `/excluded-areas` for administrators. */
async function openAreas(scope: AreaScope): Promise<Page> {
  const place = h('div', { class: 'split-page' });
  let view: AreasView | null = null;
  const show = (account: Account | null): void => {
    view?.destroy();
    view = null;
    if (account === null) fill(place, stranger(scope));
    else if (scope === 'instance' && !account.editsAreas) fill(place, forbidden());
    else {
      view = new AreasView(scope, account);
      fill(place, view.element);
    }
  };
  show(await session.account());
  const stop = session.onChange(show);
  return {
    title: t(`areas.title.${scope}`),
    element: place,
    mayLeave: () => view?.isSaved !== false,
    leaving: t('areas.leaving'),
    destroy: () => {
      stop();
      view?.destroy();
    },
  };
}

export function openOwnAreas(): Promise<Page> {
  return openAreas('own');
}

export function openInstanceAreas(): Promise<Page> {
  return openAreas('instance');
}
