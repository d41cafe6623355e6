import { h } from '../lib/dom';

const SHOWN_MS = 6000;

/** Shows a short message for a while; screen readers read it out. */
export function toast(message: string, kind: 'info' | 'error' = 'info'): void {
  const area = document.querySelector('.toasts');
  if (area === null) return;
  const element = h('p', { class: kind === 'error' ? 'toast toast-error' : 'toast' }, message);
  area.append(element);
  setTimeout(() => {
    element.remove();
  }, SHOWN_MS);
}
