import { errorText } from '../app/errorText';
import { type Child, fill, h } from '../lib/dom';
import { t } from '../locales';
import { ApiError } from '../api/errors';

/**
 * A form that runs `submit` once at a time and shows under its fields what went wrong. `refused` is what to say when
 * the server doesn't accept what was typed.
 */
export function simpleForm(refused: string, submit: () => Promise<void>, ...content: Child[]): HTMLFormElement {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const form = h('form', { class: 'form' }, ...content, problem);
  const run = async (): Promise<void> => {
    fill(problem);
    form.inert = true;
    form.setAttribute('aria-busy', 'true');
    try {
      await submit();
    } catch (error) {
      const ours = error instanceof ApiError && ['signedOut', 'forbidden', 'notFound', 'refused'].includes(error.kind);
      problem.textContent = ours ? refused : errorText(error);
    } finally {
      form.inert = false;
      form.removeAttribute('aria-busy');
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
  return form;
}

/** The last words of a page, with the way on. */
export function continueWith(text: string, address: string): HTMLElement {
  return h(
    'div',
    {},
    h('p', {}, text),
    h('p', {}, h('a', { href: address, class: 'button primary' }, t('signIn.continue'))),
  );
}
