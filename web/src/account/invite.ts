import '../styles/forms.css';

import { navigate } from '../app/navigate';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import { t } from '../locales';
import { simpleForm } from '../app/form';

/** `/invite#CODE`. The code stands in the hash so that it reaches no log on its way. */
export function openInvite(url: URL): Page {
  const code = h('input', {
    id: 'code',
    required: true,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    value: url.hash.slice(1),
    'data-testid': 'invite-code',
  });
  const form = simpleForm(
    t('invite.wrong'),
    async () => {
      await session.redeem(code.value.trim());
      // A used code has no place in the history.
      history.replaceState(null, '', '/invite');
      navigate('/');
    },
    h('p', {}, t('invite.text')),
    labelled(t('invite.code'), code),
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'button primary', 'data-testid': 'invite-submit' }, t('invite.submit')),
    ),
  );
  return {
    title: t('title.invite'),
    element: h('section', { class: 'sheet' }, h('h1', {}, t('invite.title')), form),
    update: (changed) => {
      if (changed.hash !== '') code.value = changed.hash.slice(1);
    },
  };
}
