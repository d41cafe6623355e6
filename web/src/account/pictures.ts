import type { Account } from '../api/account';
import { choose, type Choices, getChoices, VISIBILITIES } from '../api/choices';
import { configuration, type Licence } from '../api/configuration';
import { choice, choices } from '../app/choice';
import { type Child, h } from '../lib/dom';
import { t } from '../locales';
import { attributionField, licenceField, type LicenceOption } from './credit';
import { simpleForm } from '../app/form';
import { Section } from './section';

const COLLABORATIVE = { usual: null, yes: true, no: false } as const;
const ANSWERS = ['usual', 'yes', 'no'] as const;

/**
 * The licences that an account can choose among: to go with the instance, or one of those offered. One that was chosen and is
 * offered no longer stays, for nobody else may change that choice.
 */
export function licenceOptions(offered: readonly Licence[], chosen: string | null): readonly LicenceOption[] {
  const [usual] = offered;
  if (usual === undefined) return [];
  const gone = chosen === null || offered.some(({ id }) => id === chosen) ? [] : [{ id: chosen, url: null }];
  if (offered.length === 1 && gone.length === 0) return [];
  return [
    { value: '', label: t('account.pictures.licence.usual', { licence: usual.id }), licence: usual },
    ...[...offered, ...gone].map((licence) => ({ value: licence.id, label: licence.id, licence })),
  ];
}

/** What holds for one's pictures where nothing else is said. */
export class PicturesSection extends Section {
  constructor(
    signal: AbortSignal,
    private readonly account: Account,
  ) {
    super('pictures', t('account.pictures'), t('account.pictures.intro'), signal);
  }

  protected async fetch(): Promise<Child[]> {
    const [known, { licences }] = await Promise.all([getChoices(this.signal), configuration()]);
    return [this.form(known, licenceOptions(licences, known.licence))];
  }

  private form(known: Choices, options: readonly LicenceOption[]): HTMLFormElement {
    let chosen = known;
    const saved = h('p', { class: 'hint', role: 'status', 'data-testid': 'pictures-saved' });
    const licence =
      options.length === 0 ? null : licenceField('pictures-licence', t('account.pictures.licence'), options, known.licence ?? '');
    const { name } = this.account;
    const attribution = attributionField('pictures-attribution', known.attribution, name, t('credit.attributionHint'));
    const read = (): Choices => {
      const { elements } = form;
      const value = (field: string): string => (elements.namedItem(field) as RadioNodeList).value;
      const answer = ANSWERS.find((each) => each === value('pictures-corrected')) ?? 'usual';
      const named = attribution.input.value.trim();
      return {
        visibility: VISIBILITIES.find((each) => each === value('pictures-seen')) ?? chosen.visibility,
        collaborative: COLLABORATIVE[answer],
        licence: licence === null ? chosen.licence : licence.select.value === '' ? null : licence.select.value,
        attribution: named === '' ? null : named,
      };
    };
    const form = simpleForm(
      null,
      async () => {
        saved.textContent = '';
        chosen = await choose(chosen, read());
        attribution.input.value = chosen.attribution ?? '';
        saved.textContent = t('account.pictures.saved');
      },
      choices(
        t('account.pictures.seen'),
        ...VISIBILITIES.map((each) => choice('radio', 'pictures-seen', each, t(`account.pictures.seen.${each}`), each === known.visibility)),
      ),
      choices(
        t('account.pictures.corrected'),
        ...ANSWERS.map((each) =>
          choice('radio', 'pictures-corrected', each, t(`account.pictures.corrected.${each}`), COLLABORATIVE[each] === known.collaborative),
        ),
      ),
      licence?.element,
      attribution.element,
      h('div', { class: 'actions' }, h('button', { class: 'button primary', 'data-testid': 'pictures-save' }, t('account.pictures.save')), saved),
    );
    form.addEventListener('input', () => {
      saved.textContent = '';
    });
    return form;
  }
}
