import { CHANGE_KINDS, makeWebhook, type MadeWebhook } from '../api/webhooks';
import { choice, choices, ticked } from '../app/choice';
import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import { t } from '../locales';
import { Incomplete, simpleForm } from '../app/form';

/** Longest address that the API takes, characters. */
const LONGEST_ADDRESS = 2000;

/** The form that makes a webhook. `onMade` gets what was made. */
export function newWebhookForm(onMade: (webhook: MadeWebhook) => void): HTMLFormElement {
  const url = h('input', {
    id: 'webhook-url',
    type: 'url',
    inputmode: 'url',
    placeholder: 'https://',
    maxlength: LONGEST_ADDRESS,
    autocomplete: 'off',
    spellcheck: false,
    'aria-describedby': 'webhook-url-hint',
    'data-testid': 'webhook-url',
  });
  const ticks = choices(
    t('account.webhooks.toldOf'),
    ...CHANGE_KINDS.map((kind) => choice('checkbox', 'webhook-kind', kind, t(`account.webhooks.kind.${kind}`), true)),
  );
  const make = async (): Promise<void> => {
    const address = url.value.trim();
    if (address === '') throw new Incomplete(t('account.webhooks.noAddress'), url);
    const wanted = ticked(ticks, CHANGE_KINDS);
    const first = ticks.querySelector('input');
    if (wanted.length === 0 && first !== null) throw new Incomplete(t('account.webhooks.noKind'), first);
    // Everything that there is, also what there will be.
    onMade(await makeWebhook(address, wanted.length === CHANGE_KINDS.length ? [] : wanted));
  };
  const form = simpleForm(
    null,
    make,
    labelled(
      t('account.webhooks.address'),
      url,
      h('p', { id: 'webhook-url-hint', class: 'hint' }, t('account.webhooks.addressHint')),
    ),
    ticks,
    h('button', { class: 'button primary', 'data-testid': 'webhook-submit' }, t('account.webhooks.submit')),
  );
  // What is wrong with the address is said by the server, in the words of the page.
  form.noValidate = true;
  return form;
}
