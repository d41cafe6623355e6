import type { PageName } from '../api/pageNames';
import { t } from '../locales';

/** What a page is called. */
export function titleOf(name: PageName): string {
  return t(`page.${name}`);
}

export function addressOf(name: PageName, language?: string): string {
  return `/pages/${name}${language === undefined ? '' : `?lang=${encodeURIComponent(language)}`}`;
}

/** Where a page is written. */
export function writingAddressOf(name: PageName, language = ''): string {
  return `/pages/${name}?edit${language === '' ? '' : `=${encodeURIComponent(language)}`}`;
}
