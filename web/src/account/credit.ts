import type { Licence } from '../api/configuration';
import { labelled } from '../app/labelled';
import { fill, h } from '../lib/dom';
import { t } from '../locales';

/** Longest attribution that the API takes, characters. */
const LONGEST_ATTRIBUTION = 200;

/** A licence to choose, and what it is called in the list. */
export interface LicenceOption {
  /** Empty for what holds where nothing is chosen. */
  readonly value: string;
  readonly label: string;
  readonly licence: Licence;
}

/** The text of a licence opens beside the page, so that what was done on it stays. */
function textLink({ id, url }: Licence): HTMLElement | null {
  return url === null ? null : h('a', { href: url, target: '_blank', rel: 'license noopener' }, t('credit.read', { licence: id }));
}

/** A choice of licences, with the way to the text of the one chosen. */
export function licenceField(
  id: string,
  label: string,
  options: readonly LicenceOption[],
  chosen: string,
): { readonly element: HTMLElement; readonly select: HTMLSelectElement } {
  const select = h(
    'select',
    { id, 'data-testid': id },
    ...options.map((option) => h('option', { value: option.value, selected: option.value === chosen }, option.label)),
  );
  const read = h('p', { class: 'hint', 'data-testid': `${id}-text` });
  const show = (): void => {
    const option = options.find(({ value }) => value === select.value);
    fill(read, option === undefined ? null : textLink(option.licence));
  };
  select.addEventListener('change', show);
  show();
  return { element: labelled(label, select, read), select };
}

/** Whom others are to name; `usual` is who they name if nothing is written. */
export function attributionField(
  id: string,
  value: string | null,
  usual: string | null,
  hint: string,
): { readonly element: HTMLElement; readonly input: HTMLInputElement } {
  const input = h('input', {
    id,
    maxlength: LONGEST_ATTRIBUTION,
    autocomplete: 'off',
    value,
    placeholder: usual,
    'aria-describedby': `${id}-hint`,
    'data-testid': id,
  });
  const element = labelled(t('credit.attribution'), input, h('p', { id: `${id}-hint`, class: 'hint' }, hint));
  return { element, input };
}
