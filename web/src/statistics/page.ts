import '../styles/forms.css';
import '../styles/data.css';
import '../styles/statistics.css';

import { isNotFound } from '../api/errors';
import { getStatistics, type Period, type Statistics } from '../api/statistics';
import { userById } from '../api/users';
import type { Page } from '../app/page';
import { navigate } from '../app/navigate';
import { tryAgain } from '../app/tryAgain';
import { type Child, h } from '../lib/dom';
import { formatNumber, language, t } from '../locales';
import { lengthText } from '../mine/words';
import { byYear } from './years';

function figure(name: string, label: string, value: string, hint: string | null = null): HTMLElement {
  return h(
    'div',
    { class: 'figure card', 'data-testid': `statistics-${name}` },
    h('dt', {}, label),
    h('dd', {}, h('strong', {}, value), hint === null ? null : h('span', { class: 'muted' }, hint)),
  );
}

/** How long tracks are; a dash where no picture follows another. */
function lengthOf(kilometres: number): string {
  return lengthText(kilometres) ?? '–';
}

function figures(told: Statistics, ofInstance: boolean): HTMLElement {
  const share = new Intl.NumberFormat(language(), { style: 'percent' }).format(told.panoramas / Math.max(1, told.pictures));
  return h(
    'dl',
    { class: 'figures' },
    figure('pictures', t('statistics.pictures'), formatNumber(told.pictures), t('statistics.panoramas', { share })),
    figure('length', t('statistics.length'), lengthOf(told.kilometres)),
    figure('sequences', t('statistics.sequences'), formatNumber(told.sequences)),
    ofInstance ? figure('contributors', t('statistics.contributors'), formatNumber(told.contributors)) : null,
  );
}

function monthText(month: string): string {
  const middle = new Date(`${month}-15T12:00Z`);
  return new Intl.DateTimeFormat(language(), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(middle);
}

/** Periods one below the other, with a bar each that says how much of the most there is. */
function table(name: string, title: string, periods: readonly Period[], called: (period: string) => string): HTMLElement {
  const most = Math.max(1, ...periods.map(({ pictures }) => pictures));
  const row = (period: Period): HTMLElement => {
    const bar = h('span', { class: 'period-bar' });
    bar.style.inlineSize = `${(100 * period.pictures) / most}%`;
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, called(period.name)),
      h('td', { class: 'period-pictures' }, bar, h('span', {}, formatNumber(period.pictures))),
      h('td', {}, formatNumber(period.sequences)),
      h('td', {}, lengthOf(period.kilometres)),
    );
  };
  const heads = [title, t('statistics.pictures'), t('statistics.sequences'), t('statistics.length')];
  return h(
    'div',
    { class: 'data-table' },
    h(
      'table',
      { 'data-testid': `statistics-${name}` },
      h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
      h('tbody', {}, ...periods.map(row)),
    ),
  );
}

function periods({ months }: Statistics): Child[] {
  if (months.length === 0) return [];
  return [
    h('h2', {}, t('statistics.taken')),
    table('years', t('statistics.year'), byYear(months), (year) => year),
    h(
      'details',
      { class: 'disclosure' },
      h('summary', { 'data-testid': 'statistics-by-month' }, t('statistics.byMonth')),
      table('months', t('statistics.month'), [...months].reverse(), monthText),
    ),
  ];
}

function sheet(title: string, ...content: Child[]): Page {
  return { title, element: h('section', { class: 'sheet wide statistics' }, h('h1', {}, title), ...content) };
}

/** What is shown where there is nothing to count. */
function nothing(): HTMLElement {
  return h(
    'div',
    { 'data-testid': 'statistics-nothing' },
    h('p', {}, t('statistics.nothing')),
    h('p', {}, h('a', { href: '/upload', class: 'button primary' }, t('walk.empty.action'))),
  );
}

/** `/statistics`, and `/statistics?users={id}` for those of one account: how much anybody may see, and when it was taken. */
export async function openStatistics(url: URL): Promise<Page> {
  const account = url.searchParams.get('users');
  const title = t('statistics.title');
  try {
    const [told, user] = await Promise.all([getStatistics(account), account === null ? null : userById(account)]);
    const map = account === null ? '/' : `/#users=${encodeURIComponent(account)}`;
    return sheet(
      user === null ? title : t('statistics.of', { name: user.name }),
      h('p', { class: 'lead' }, t(user === null ? 'statistics.intro' : 'statistics.introOf')),
      ...(told.pictures === 0 ? [nothing()] : [figures(told, account === null), ...periods(told)]),
      h(
        'p',
        { class: 'actions' },
        told.pictures === 0 ? null : h('a', { href: map, class: 'button', 'data-testid': 'statistics-map' }, t('statistics.map')),
        account === null ? null : h('a', { href: '/statistics', class: 'button', 'data-testid': 'statistics-all' }, t('statistics.all')),
      ),
    );
  } catch (error) {
    if (account === null || !isNotFound(error)) return sheet(title, ...tryAgain(error, () => { navigate(url.pathname + url.search); }));
    return sheet(
      title,
      h('p', { class: 'problem', role: 'alert' }, t('statistics.nobody')),
      h('p', {}, h('a', { href: '/statistics', class: 'button' }, t('statistics.all'))),
    );
  }
}
