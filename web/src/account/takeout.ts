import { checkTakeout, takeoutAddress } from '../api/account';
import { ApiError } from '../api/errors';
import { errorText } from '../app/errorText';
import { h } from '../lib/dom';
import { t } from '../locales';

/** Why there is no archive. */
export function takeoutTrouble(error: unknown): string {
  return error instanceof ApiError && error.status === 400 ? t('account.takeout.tooMany') : errorText(error);
}

/** The part of the page where somebody takes along all that they have here. */
export function takeoutSection(): HTMLElement {
  const said = h('p', { class: 'hint', role: 'status', 'data-testid': 'takeout-said' });
  const trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'takeout-trouble' });
  let isAsking = false;
  const take = async (withPictures: boolean): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    said.textContent = '';
    trouble.textContent = '';
    try {
      // A download that is refused only fails, and says nothing: so it is asked for first.
      await checkTakeout(withPictures);
      // The page stays where it is, whatever comes.
      h('a', { href: takeoutAddress(withPictures), download: '' }).click();
      said.textContent = t('account.takeout.begun');
    } catch (error) {
      trouble.textContent = takeoutTrouble(error);
    }
    isAsking = false;
  };
  const button = (name: string, text: string, withPictures: boolean): HTMLElement =>
    h('button', { type: 'button', class: 'button', onclick: () => void take(withPictures), 'data-testid': `takeout-${name}` }, text);
  return h(
    'section',
    { class: 'account-section', 'aria-labelledby': 'account-takeout', 'data-testid': 'account-takeout' },
    h('h2', { id: 'account-takeout' }, t('account.takeout')),
    h('p', { class: 'lead' }, t('account.takeout.intro')),
    h('div', { class: 'actions' }, button('all', t('account.takeout.all'), true), button('bare', t('account.takeout.bare'), false)),
    said,
    trouble,
  );
}
