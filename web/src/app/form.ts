import { errorText } from '../app/errorText';
import { type Child, fill, h } from '../lib/dom';
import { t } from '../locales';
import { ApiError } from '../api/errors';

/** What was filled in is not enough, and in which field. */
export class Incomplete extends Error {
  constructor(
    text: string,
    readonly field: HTMLElement,
  ) {
    super(text);
    this.name = 'Incomplete';
  }
}

function textOf(error: unknown, refused: string | null): string {
  if (error instanceof Incomplete) return error.message;
  const ours = error instanceof ApiError && ['signedOut', 'forbidden', 'notFound', 'refused'].includes(error.kind);
  return ours && refused !== null ? refused : errorText(error);
}

/**
 * A form that runs `submit` once at a time and shows under its fields what went wrong. `refused` is what to say when
 * the server doesn't accept what was typed; null for what the server says.
 */
export function simpleForm(refused: string | null, submit: () => Promise<void>, ...content: Child[]): HTMLFormElement {
  const problem = h('p', { class: 'problem', role: 'alert' });
  const form = h('form', { class: 'form' }, ...content, problem);
  const run = async (): Promise<void> => {
    fill(problem);
    const had = document.activeElement;
    let field = had;
    form.inert = true;
    form.setAttribute('aria-busy', 'true');
    try {
      await submit();
    } catch (error) {
      problem.textContent = textOf(error, refused);
      if (error instanceof Incomplete) field = error.field;
    } finally {
      form.inert = false;
      form.removeAttribute('aria-busy');
    }
    // The focus was lost while nothing here could have it, unless it went elsewhere meanwhile.
    const stays = document.activeElement === document.body || document.activeElement === had;
    if (stays && field instanceof HTMLElement && form.contains(field)) field.focus();
    if (problem.textContent !== '') problem.scrollIntoView({ block: 'nearest' });
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
