import { dropAddress, getMail, giveAddress, type Mail } from '../api/mail';
import { simpleForm } from '../app/form';
import { labelled } from '../app/labelled';
import { type Child, h } from '../lib/dom';
import { t } from '../locales';
import { Section } from './section';

/** What is known of the address, in a sentence. */
function state({ address, confirmedAt, offered }: Mail): string {
  if (address === null) return t(offered ? 'account.mail.none' : 'account.mail.notOffered');
  return t(confirmedAt === null ? 'account.mail.waits' : 'account.mail.confirmed', { address });
}

/** Where somebody is written to when their pictures are reported, if they want that. */
export class MailSection extends Section {
  constructor(signal: AbortSignal) {
    super('mail', t('account.mail'), t('account.mail.intro'), signal);
  }

  protected async fetch(): Promise<Child[]> {
    const mail = await getMail(this.signal);
    return [
      h('p', { 'data-testid': 'mail-state' }, state(mail)),
      mail.offered ? this.form(mail) : null,
      mail.address === null ? null : this.dropForm(mail.address),
    ];
  }

  private form({ address, confirmedAt }: Mail): HTMLElement {
    const field = h('input', {
      id: 'mail-address',
      type: 'email',
      required: true,
      maxlength: 254,
      autocomplete: 'email',
      value: confirmedAt === null ? address : null,
      'data-testid': 'mail-address',
    });
    const submit = async (): Promise<void> => {
      this.hush();
      const given = await giveAddress(field.value.trim());
      await this.done(given.confirmedAt === null ? t('account.mail.sent', { address: given.address ?? '' }) : state(given));
    };
    const label = address === null ? 'account.mail.give' : confirmedAt === null ? 'account.mail.again' : 'account.mail.change';
    const button = h('button', { class: 'button', 'data-testid': 'mail-give' }, t(label));
    return simpleForm(null, submit, labelled(t('account.mail.address'), field), h('div', { class: 'actions' }, button));
  }

  private dropForm(address: string): HTMLElement {
    const submit = async (): Promise<void> => {
      this.hush();
      await dropAddress();
      await this.done(t('account.mail.dropped', { address }));
    };
    return simpleForm(null, submit, h('button', { class: 'button', 'data-testid': 'mail-drop' }, t('account.mail.drop')));
  }
}
