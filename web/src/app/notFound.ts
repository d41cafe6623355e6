import { h } from '../lib/dom';
import { t } from '../locales';
import type { Page } from './page';

export function openNotFound(): Page {
  return {
    title: t('title.notFound'),
    element: h(
      'section',
      { class: 'sheet' },
      h('h1', {}, t('title.notFound')),
      h('p', {}, t('notFound.text')),
      h('p', {}, h('a', { href: '/', class: 'button primary' }, t('notFound.home'))),
    ),
  };
}
