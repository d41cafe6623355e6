import { getPage, getPageText } from '../api/pages';
import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import { t } from '../locales';
import { bestLanguage, readersLanguages } from './language';
import { pageText } from './text';

const STORAGE_KEY = 'flaneur.bannerClosed';

/** Short name of a text (FNV-1a): who closed a banner is shown another one. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${(hash >>> 0).toString(16)}-${text.length}`;
}

function wasClosed(hash: string): boolean {
  try {
    return sessionStorage.getItem(STORAGE_KEY) === hash;
  } catch {
    return false;
  }
}

function keepClosed(hash: string): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, hash);
  } catch {
    // It is shown again at the next page load.
  }
}

/** The banner in the reader's language; null where there is none, or it was closed. */
export async function banner(): Promise<HTMLElement | null> {
  const page = await getPage('custom-banner');
  const language = bestLanguage(page?.languages ?? [], readersLanguages());
  if (language === null) return null;
  const html = await getPageText('custom-banner', language);
  const hash = hashOf(html);
  if (html.trim() === '' || wasClosed(hash)) return null;
  const close = h(
    'button',
    {
      type: 'button',
      class: 'icon-button',
      'aria-label': t('banner.close'),
      onclick: () => {
        keepClosed(hash);
        element.remove();
        document.getElementById('content')?.focus({ preventScroll: true });
      },
      'data-testid': 'banner-close',
    },
    icon('close'),
  );
  const text = pageText(html, language, false).element;
  const element = h('div', { class: 'site-banner', role: 'region', 'aria-label': t('banner.label'), 'data-testid': 'banner' }, text, close);
  return element;
}
