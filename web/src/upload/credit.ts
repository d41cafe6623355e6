import { attributionField, licenceField } from '../account/credit';
import { type Choices, getChoices, USUAL_CHOICES } from '../api/choices';
import { configuration, type Licence } from '../api/configuration';
import type { UploadCredit } from '../api/uploadSets';
import { session } from '../app/session';
import { h } from '../lib/dom';
import { t } from '../locales';

/** What holds for an upload that says nothing of the use of its pictures. */
export interface CreditDefaults {
  /** Those that the instance offers, its own first. */
  readonly licences: readonly Licence[];
  /** What the account chose; null where that is not known. */
  readonly choices: Pick<Choices, 'licence' | 'attribution'> | null;
  /** The account's name; null for whoever uploads without an account. */
  readonly name: string | null;
}

/** Finds out what holds. What cannot be found out keeps nobody from uploading. */
export async function creditDefaults(): Promise<CreditDefaults> {
  const [known, account] = await Promise.all([configuration().catch(() => null), session.account()]);
  const choices = account === null ? USUAL_CHOICES : await getChoices().catch(() => null);
  return { licences: known?.licences ?? [], choices, name: account?.name ?? null };
}

/** The licence that an upload begins with: the account's if it is offered, else the instance's. */
export function firstLicence({ licences, choices }: CreditDefaults): string | null {
  return (licences.find(({ id }) => id === choices?.licence) ?? licences[0])?.id ?? null;
}

/**
 * What to send of what was chosen: only what differs from what would hold without it. Where what the account chose is not
 * known, the licence is sent as it was shown.
 */
export function creditToSend({ licences, choices, name }: CreditDefaults, licence: string | null, attribution: string): UploadCredit {
  const typed = attribution.trim();
  const usualLicence = choices === null ? null : (choices.licence ?? licences[0]?.id ?? null);
  const wanted = typed === '' && choices !== null ? name : typed;
  const usual = choices === null ? '' : (choices.attribution ?? name);
  return {
    ...(licence === null || licence === usualLicence ? {} : { license: licence }),
    ...(wanted === null || wanted === usual || wanted === '' ? {} : { attribution: wanted }),
  };
}

/** Under what the pictures of an upload are published, and whom others are to name. */
export class CreditFields {
  readonly element: HTMLElement;
  private readonly select: HTMLSelectElement | null;
  private readonly attribution: HTMLInputElement;

  constructor(private readonly defaults: CreditDefaults) {
    const { licences, choices, name } = defaults;
    const options = licences.map((licence) => ({ value: licence.id, label: licence.id, licence }));
    const licence =
      options.length < 2 ? null : licenceField('upload-licence', t('credit.licence'), options, firstLicence(defaults) ?? '');
    const hint = name === null ? t('credit.attributionAnonymous') : t('credit.attributionHint');
    const { element, input } = attributionField('upload-attribution', choices?.attribution ?? null, name, hint);
    this.select = licence?.select ?? null;
    this.attribution = input;
    this.element = h('div', { class: 'credit' }, licence?.element, element);
  }

  /** What to send with the upload. */
  get toSend(): UploadCredit {
    return creditToSend(this.defaults, this.select?.value ?? firstLicence(this.defaults), this.attribution.value);
  }
}
