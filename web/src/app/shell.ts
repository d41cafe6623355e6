import type { Account } from '../api/account';
import { configuration, onConfigurationChange } from '../api/configuration';
import { READ_ALONE } from '../api/pageNames';
import { listReports } from '../api/reports';
import { fill, h } from '../lib/dom';
import { icon } from '../lib/icons';
import { language, languages, nameOfLanguage, switchLanguage, t } from '../locales';
import { errorText } from './errorText';
import { labelled } from './labelled';
import { session } from './session';
import { toast } from './toast';

export interface Shell {
  readonly outlet: HTMLElement;
  /** Marks the link to the page shown. */
  readonly setRoute: (name: string) => void;
}

function navLink(href: string, name: string, iconName: 'home' | 'upload', label: string): HTMLAnchorElement {
  return h('a', { href, class: 'nav-link', 'data-route': name }, icon(iconName), h('span', {}, label));
}

function languageChoice(): HTMLElement {
  const choice = h('select', {
    id: 'language',
    onchange: (event: Event) => {
      switchLanguage((event.target as HTMLSelectElement).value);
    },
  });
  for (const code of languages) {
    choice.append(h('option', { value: code, lang: code, selected: code === language() }, nameOfLanguage(code)));
  }
  return labelled(t('app.language'), choice);
}

async function leave(): Promise<void> {
  try {
    await session.signOut();
  } catch (error) {
    toast(errorText(error), 'error');
  }
}

/** So many open reports are counted, and no more. */
const MOST_COUNTED = 100;

/** Writes into the link how many reports wait for this account. */
async function countReports(link: HTMLElement, { moderates }: Account): Promise<void> {
  try {
    const { reports, next } = await listReports({ whose: moderates ? 'all' : 'owner', open: true }, MOST_COUNTED, null);
    const count = next === null ? reports.length : `${MOST_COUNTED}+`;
    if (count !== 0) link.textContent = t('app.openReports', { count });
  } catch {
    // The page that the link leads to says what is wrong.
  }
}

/** Links to the texts that are written for everybody. */
async function showPages(list: HTMLElement, onFollow: () => void): Promise<void> {
  const { pages } = await configuration();
  const names = READ_ALONE.filter((name) => pages.includes(name));
  fill(
    list,
    ...names.map((name) => h('a', { href: `/pages/${name}`, onclick: onFollow, 'data-testid': `menu-${name}` }, t(`page.${name}`))),
  );
}

/** Shows what administrators have to say above every page. */
async function showBanner(place: HTMLElement): Promise<void> {
  const { pages } = await configuration();
  if (!pages.includes('custom-banner')) {
    fill(place);
    return;
  }
  const { banner } = await import('../pages/banner');
  fill(place, await banner());
}

function accountMenu(): HTMLElement {
  const name = h('span', { class: 'account-name', 'data-testid': 'account-name', hidden: true });
  const summary = h('summary', { class: 'nav-link' }, icon('account'), h('span', { class: 'visually-hidden' }, t('app.menu')), name);
  const who = h('div', { class: 'menu-account' });
  const pages = h('div', { class: 'menu-pages' });
  const menu = h(
    'details',
    { class: 'menu' },
    summary,
    h(
      'div',
      { class: 'menu-panel' },
      who,
      languageChoice(),
      pages,
      h('a', { href: '/statistics', onclick: () => { close(); }, 'data-testid': 'menu-statistics' }, t('app.statistics')),
      h('a', { href: '/data', onclick: () => { close(); }, 'data-testid': 'menu-data' }, t('app.data')),
      h('a', { href: '/THIRD-PARTY.txt', target: '_blank', rel: 'noopener' }, t('app.licences')),
    ),
  );
  const close = (): void => {
    menu.open = false;
  };
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) close();
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation();
    close();
    summary.focus();
  });
  const show = async (account: Account | null): Promise<void> => {
    name.hidden = account === null;
    name.textContent = account?.name ?? '';
    if (account !== null) {
      const reports = h('a', { href: '/reports', class: 'button', onclick: close, 'data-testid': 'menu-reports' }, t('app.reports'));
      if (menu.open) void countReports(reports, account);
      fill(
        who,
        h('p', {}, t('app.signedInAs', { name: account.name })),
        h('a', { href: '/pictures', class: 'button', onclick: close, 'data-testid': 'menu-mine' }, t('mine.pictures')),
        h('a', { href: '/account', class: 'button', onclick: close, 'data-testid': 'menu-account' }, t('app.account')),
        reports,
        account.editsPages ? h('a', { href: '/pages', class: 'button', onclick: close, 'data-testid': 'menu-pages' }, t('pages.title')) : null,
        account.editsAreas
          ? h('a', { href: '/excluded-areas', class: 'button', onclick: close, 'data-testid': 'menu-areas' }, t('app.instanceAreas'))
          : null,
        h('button', { type: 'button', class: 'button', onclick: () => void leave().then(close) }, t('app.signOut')),
      );
      return;
    }
    const enabled = await configuration().then(
      (known) => known.authEnabled,
      () => true,
    );
    const here = location.pathname === '/sign-in' ? '/' : location.pathname + location.search + location.hash;
    const address = `/sign-in?next=${encodeURIComponent(here)}`;
    fill(who, enabled ? h('a', { href: address, class: 'button', onclick: close }, t('app.signIn')) : null);
  };
  menu.addEventListener('toggle', () => {
    if (!menu.open) return;
    void session.account().then(show);
    // Without them the menu does all the rest.
    showPages(pages, close).catch(() => undefined);
  });
  session.onChange((account) => void show(account));
  void session.account().then(show);
  return menu;
}

/** Says that there is no network, while there is none. */
function offlineNotice(): HTMLElement {
  const notice = h('p', { class: 'offline', role: 'status', 'data-testid': 'offline' });
  const draw = (): void => {
    notice.textContent = navigator.onLine ? '' : t('app.offline');
  };
  for (const event of ['online', 'offline']) window.addEventListener(event, draw);
  draw();
  return notice;
}

/** The frame around every page: header and main element. */
export function buildShell(root: HTMLElement): Shell {
  const brand = h('span', {}, 'Flaneur');
  void configuration().then(
    (known) => {
      if (known.name !== null) brand.textContent = known.name;
    },
    () => undefined, // the page below says what is wrong
  );
  const outlet = h('main', { id: 'content', tabindex: -1 });
  const nav = h(
    'nav',
    { class: 'nav' },
    navLink('/', 'walk', 'home', t('app.home')),
    navLink('/upload', 'upload', 'upload', t('app.upload')),
    accountMenu(),
  );
  const bannerPlace = h('div', { class: 'banner-place' });
  const drawBanner = (): void => {
    // What is wrong with the line, the page below says.
    showBanner(bannerPlace).catch(() => undefined);
  };
  onConfigurationChange(drawBanner);
  drawBanner();
  const offline = offlineNotice();
  const logo = h('img', { src: '/favicon.svg', alt: '', width: 28, height: 28 });
  fill(
    root,
    h('a', { href: '#content', class: 'skip' }, t('app.skip')),
    bannerPlace,
    h('header', { class: 'header' }, h('a', { href: '/', class: 'brand' }, logo, brand), nav),
    offline,
    outlet,
    h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' }),
  );
  return {
    outlet,
    setRoute: (name) => {
      document.body.dataset.route = name;
      for (const link of nav.querySelectorAll<HTMLElement>('[data-route]')) {
        if (link.dataset.route === name) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
    },
  };
}
