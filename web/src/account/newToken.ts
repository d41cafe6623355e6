import { makeToken, type MadeToken, type Scope, SCOPES } from '../api/tokens';
import { choice, choices, ticked } from '../app/choice';
import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import { type MessageKey, t } from '../locales';
import { Incomplete, simpleForm } from '../app/form';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longest description that the API takes, characters. */
const LONGEST_DESCRIPTION = 200;

/** For how many days a token may hold; 0 for ever. */
const LIFETIMES: readonly (readonly [number, MessageKey])[] = [
  [30, 'account.tokens.for30'],
  [90, 'account.tokens.for90'],
  [365, 'account.tokens.for365'],
  [0, 'account.tokens.forEver'],
];
const USUAL_DAYS = 90;

/** The form that makes a token. `onMade` gets what was made. */
export function newTokenForm(moderates: boolean, onMade: (token: MadeToken) => void): HTMLFormElement {
  const description = h('input', {
    id: 'token-description',
    maxlength: LONGEST_DESCRIPTION,
    autocomplete: 'off',
    'aria-describedby': 'token-description-hint',
    'data-testid': 'token-description',
  });
  const expires = h(
    'select',
    { id: 'token-expires', 'data-testid': 'token-expires' },
    ...LIFETIMES.map(([days, key]) => h('option', { value: days, selected: days === USUAL_DAYS }, t(key))),
  );
  const offered = SCOPES.filter((scope) => scope !== 'moderate' || moderates);
  const ticks = choices(
    t('account.tokens.only'),
    ...offered.map((scope) => choice('checkbox', 'token-scope', scope, t(`account.tokens.scope.${scope}`), scope === 'read')),
  );
  ticks.hidden = true;
  // Every token may do that much.
  for (const box of ticks.querySelectorAll<HTMLInputElement>('input[value=read]')) box.disabled = true;
  const extent = choices(
    t('account.tokens.extent'),
    choice('radio', 'token-extent', 'all', t('account.tokens.extentAll'), true),
    choice('radio', 'token-extent', 'some', t('account.tokens.extentSome'), false),
  );
  const isRestricted = (): boolean => extent.querySelector<HTMLInputElement>('input[value=some]')?.checked === true;
  extent.addEventListener('change', () => {
    ticks.hidden = !isRestricted();
  });

  /** What was ticked; null for everything. */
  const scopes = (): readonly Scope[] | null => {
    if (!isRestricted()) return null;
    return ticked(ticks, offered);
  };
  const make = async (): Promise<void> => {
    const name = description.value.trim();
    if (name === '') throw new Incomplete(t('account.tokens.noDescription'), description);
    const days = Number(expires.value);
    const expiresAt = days === 0 ? null : new Date(Date.now() + days * DAY_MS);
    onMade(await makeToken({ description: name, expiresAt, scopes: scopes() }));
  };
  return simpleForm(
    null,
    make,
    labelled(
      t('account.tokens.description'),
      description,
      h('p', { id: 'token-description-hint', class: 'hint' }, t('account.tokens.descriptionHint')),
    ),
    labelled(t('account.tokens.lifetime'), expires),
    extent,
    ticks,
    h('button', { class: 'button primary', 'data-testid': 'token-submit' }, t('account.tokens.submit')),
  );
}
