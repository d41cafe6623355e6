import '../styles/forms.css';
import '../styles/account.css';
import '../styles/pages.css';

import { configuration } from '../api/configuration';
import { getPage, type PageSummary } from '../api/pages';
import { PAGE_NAMES, type PageName, READ_ALONE } from '../api/pageNames';
import { errorText } from '../app/errorText';
import { openNotFound } from '../app/notFound';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { h } from '../lib/dom';
import { listed, t } from '../locales';
import { nameOfTag } from './language';
import { addressOf, titleOf, writingAddressOf } from './words';

function stateOf(page: PageSummary | null): string {
  if (page === null) return t('pages.unwritten');
  return t('pages.state', { version: page.version, languages: listed(page.languages.map(nameOfTag)) });
}

function entry(name: PageName, page: PageSummary | null, mayEdit: boolean): HTMLElement {
  const title = titleOf(name);
  const link = (address: string, text: string, label: string, testid: string): HTMLElement =>
    h('a', { href: address, class: 'button', 'aria-label': label, 'data-testid': testid }, text);
  const [word, label] = page === null ? [t('page.write'), t('pages.writeThat', { title })] : [t('page.edit'), t('pages.editThat', { title })];
  return h(
    'li',
    { class: 'entry', 'data-testid': `pages-${name}` },
    h(
      'div',
      { class: 'entry-facts' },
      h('h2', { class: 'entry-title' }, title),
      mayEdit ? h('p', {}, t(`pages.about.${name}`)) : null,
      mayEdit ? h('p', { class: 'hint' }, stateOf(page)) : null,
    ),
    page === null ? null : link(addressOf(name), t('pages.read'), t('pages.readThat', { title }), `pages-read-${name}`),
    mayEdit ? link(writingAddressOf(name), word, label, `pages-edit-${name}`) : null,
  );
}

/** `/pages`: what is written for everybody, and for administrators what could be. */
export async function openPages(): Promise<Page> {
  const mayEdit = (await session.account())?.editsPages === true;
  const page = (...content: HTMLElement[]): Page => ({
    title: t('pages.title'),
    element: h(
      'section',
      { class: 'sheet wide' },
      h('h1', {}, t('pages.title')),
      mayEdit ? h('p', { class: 'lead' }, t('pages.intro')) : null,
      ...content,
    ),
  });
  try {
    const names = mayEdit ? PAGE_NAMES : READ_ALONE;
    const { pages } = await configuration();
    const summary = (name: PageName): Promise<PageSummary | null> | null => (pages.includes(name) ? getPage(name) : null);
    const found = await Promise.all(names.map(async (name) => [name, await summary(name)] as const));
    const listed = found.filter(([, written]) => mayEdit || written !== null);
    if (listed.length === 0) return openNotFound();
    return page(h('ul', { class: 'entries' }, ...listed.map(([name, written]) => entry(name, written, mayEdit))));
  } catch (error) {
    return page(h('p', { class: 'problem', role: 'alert' }, errorText(error)));
  }
}
