import { configuration } from '../api/configuration';
import { getPage, getPageText, type PageSummary } from '../api/pages';
import { type PageName, pageNameOf } from '../api/pageNames';
import { openNotFound } from '../app/notFound';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { navigate } from '../app/navigate';
import { tryAgain } from '../app/tryAgain';
import { type Child, h } from '../lib/dom';
import { t } from '../locales';
import { bestLanguage, readersLanguages, tagOf } from './language';
import { languageLinks } from './languageLinks';
import { pageText } from './text';
import { addressOf, titleOf, writingAddressOf } from './words';

function sheet(name: PageName, ...content: Child[]): Page {
  return { title: titleOf(name), element: h('section', { class: 'sheet wide' }, ...content) };
}

async function shown(name: PageName, page: PageSummary, wanted: string | null, mayEdit: boolean): Promise<Page> {
  const { languages } = page;
  const language = bestLanguage(languages, wanted === null ? readersLanguages() : [wanted, ...readersLanguages()]) ?? 'en';
  const { element, hasTitle } = pageText(await getPageText(name, language), language);
  element.dataset.testid = 'page-text';
  const edit = h('a', { href: writingAddressOf(name, language), class: 'button', 'data-testid': 'page-edit' }, t('page.edit'));
  const links = languageLinks(t('page.languages'), languages, language, (tag) => addressOf(name, tag));
  const bar = h('div', { class: 'page-bar' }, languages.length > 1 ? links : null, mayEdit ? edit : null);
  return sheet(
    name,
    languages.length > 1 || mayEdit ? bar : null,
    hasTitle ? null : h('h1', {}, titleOf(name)),
    element,
  );
}

/** For who may write it, where nothing is written yet. */
function unwritten(name: PageName): Page {
  return sheet(
    name,
    h('h1', {}, titleOf(name)),
    h('p', {}, t('page.unwritten')),
    h('p', {}, h('a', { href: writingAddressOf(name), class: 'button primary', 'data-testid': 'page-write' }, t('page.write'))),
  );
}

function failed(name: PageName, url: URL, error: unknown): Page {
  return sheet(name, h('h1', {}, titleOf(name)), ...tryAgain(error, () => { navigate(url.pathname + url.search); }));
}

/** `/pages/{name}`, with `?lang=TAG` to read it in a language, or `?edit=TAG` to write it. */
export async function openPage(url: URL): Promise<Page> {
  const name = pageNameOf(url.pathname);
  if (name === null) return openNotFound();
  const writing = url.searchParams.get('edit');
  try {
    const { pages } = await configuration();
    const [page, account] = await Promise.all([pages.includes(name) ? getPage(name) : null, session.account()]);
    const mayEdit = account?.editsPages === true;
    if (writing !== null) {
      const { openEditor, openRefused } = await import('./editor');
      return mayEdit ? await openEditor(name, page, tagOf(writing)) : openRefused(name, account, url);
    }
    if (page !== null) return await shown(name, page, url.searchParams.get('lang'), mayEdit);
    return mayEdit ? unwritten(name) : openNotFound();
  } catch (error) {
    return failed(name, url, error);
  }
}
