import { h } from '../lib/dom';
import { t } from '../locales';
import { errorText } from './errorText';
import { navigate } from './navigate';

/** What is shown in place of a page that could not be loaded: why, and a way to load it again. */
export function tryAgain(error: unknown, address: string): readonly [HTMLElement, HTMLElement] {
  const again = (): void => {
    navigate(address);
  };
  return [
    h('p', { class: 'problem', role: 'alert' }, errorText(error)),
    h('p', {}, h('button', { type: 'button', class: 'button', onclick: again }, t('app.retry'))),
  ];
}
