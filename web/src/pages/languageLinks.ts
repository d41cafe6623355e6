import '../styles/forms.css';

import { h } from '../lib/dom';
import { nameOfTag } from './language';

/** Languages to choose from, each with the address of the page in it. */
export function languageLinks(label: string, languages: readonly string[], current: string, address: (tag: string) => string): HTMLElement {
  const links = languages.map((tag) =>
    h(
      'a',
      { href: address(tag), class: 'filter', lang: tag, 'aria-current': tag === current && 'true', 'data-testid': `page-language-${tag}` },
      nameOfTag(tag),
    ),
  );
  return h('nav', { class: 'filters page-languages', 'aria-label': label }, ...links);
}
