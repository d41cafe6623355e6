import { ApiError } from '../api/errors';
import { h } from '../lib/dom';
import { t } from '../locales';
import { onceOnline } from './connection';
import { errorText } from './errorText';

/**
 * What is shown in place of a page that could not be loaded: why, and a way to load it again. Where there was no network, it is
 * loaded again by itself when there is.
 */
export function tryAgain(error: unknown, again: () => void): readonly [HTMLElement, HTMLElement] {
  const problem = h('p', { class: 'problem', role: 'alert' }, errorText(error));
  if (error instanceof ApiError && error.kind === 'network' && !navigator.onLine) {
    onceOnline(() => {
      if (problem.isConnected) again();
    }, new AbortController().signal);
  }
  return [problem, h('p', {}, h('button', { type: 'button', class: 'button', onclick: again }, t('app.retry')))];
}
