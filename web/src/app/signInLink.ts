import { h } from '../lib/dom';
import { t } from '../locales';

/** The way to sign in, and back to an address of this site. */
export function signInLink(next: string): HTMLAnchorElement {
  return h('a', { href: `/sign-in?next=${encodeURIComponent(next)}`, class: 'button primary' }, t('app.signIn'));
}
