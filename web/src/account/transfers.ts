import { ApiError } from '../api/errors';
import { beginTransfer, isPreparing, isUnderWay, listTransfers, stopTransfer, type Transfer } from '../api/transfers';
import { whenWatched } from '../app/connection';
import { confirmThen } from '../app/confirm';
import { errorText } from '../app/errorText';
import { labelled } from '../app/labelled';
import { type Child, h } from '../lib/dom';
import { wait } from '../lib/time';
import { t } from '../locales';
import { Incomplete, simpleForm } from '../app/form';
import { Section } from './section';
import { transferAddress } from './transferAddress';
import { TransferEntry } from './transferEntry';
import { watchTransfers } from './transferWatch';
import { endedText, placeOf } from './transferWords';

/** Why a sequence is not brought here. */
function refusalText(error: ApiError): string {
  if (error.status === 409) return t('transfers.wrong.taken');
  return error.status === 422 ? t('transfers.wrong.tooMany') : errorText(error);
}

/** Where to bring sequences of other servers here, and how far those are. */
export class TransfersSection extends Section {
  private readonly list = h('ul', { class: 'entries', hidden: true, 'data-testid': 'transfers' });
  private readonly none = h('p', { class: 'muted', hidden: true, 'data-testid': 'transfers-none' }, t('transfers.none'));
  private readonly trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'transfers-trouble' });
  /** Reads out what came to an end. */
  private readonly announcer = h('p', { class: 'visually-hidden', role: 'status' });
  private readonly form: HTMLFormElement;
  private readonly entries = new Map<string, TransferEntry>();
  private known: readonly Transfer[] = [];
  private watching: AbortController | null = null;

  constructor(signal: AbortSignal) {
    super('transfers', t('transfers.title'), t('transfers.intro'), signal);
    this.form = this.buildForm();
    signal.addEventListener('abort', () => this.watching?.abort());
  }

  protected async fetch(): Promise<Child[]> {
    const transfers = await listTransfers(this.signal);
    this.show(transfers);
    if (transfers.some((each) => isUnderWay(each) || isPreparing(each))) void this.watch();
    return [this.form, this.trouble, this.list, this.none, this.announcer];
  }

  private buildForm(): HTMLFormElement {
    const field = h('input', {
      id: 'transfer-address',
      // Not of type `url`: what is pasted need not begin with https.
      inputmode: 'url',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      'aria-describedby': 'transfer-address-hint',
      'data-testid': 'transfer-address',
    });
    const begin = async (): Promise<void> => {
      this.hush();
      const address = transferAddress(field.value, location.origin);
      if ('wrong' in address) throw new Incomplete(t(`transfers.wrong.${address.wrong}`), field);
      const before = new Set(this.known.map(({ id }) => id));
      const begun = await beginTransfer(address.location).catch((error: unknown) => {
        throw error instanceof ApiError ? new Incomplete(refusalText(error), field) : error;
      });
      field.value = '';
      const place = placeOf(address);
      this.say(begun !== null && before.has(begun) ? t('transfers.earlier', { place }) : t('transfers.begun', { place }));
      void this.watch();
    };
    return simpleForm(
      null,
      begin,
      labelled(
        t('transfers.address'),
        field,
        h('p', { id: 'transfer-address-hint', class: 'hint' }, t('transfers.addressHint')),
      ),
      h('div', { class: 'actions' }, h('button', { class: 'button primary', 'data-testid': 'transfer-begin' }, t('transfers.begin'))),
    );
  }

  /** Looks at once, and then again and again until nothing more is to be seen; from now on, whatever it did before. */
  private async watch(): Promise<void> {
    this.watching?.abort();
    const watching = (this.watching = new AbortController());
    const { signal } = watching;
    const onLook = (transfers: readonly Transfer[] | null): void => {
      const trouble = transfers === null ? t('upload.processing.slow') : '';
      // What is said already is not said again.
      if (this.trouble.textContent !== trouble) this.trouble.textContent = trouble;
      if (transfers !== null) this.show(transfers);
    };
    try {
      await watchTransfers({ ask: listTransfers, wait, untilWatched: whenWatched, signal, onLook });
    } catch (error) {
      if (!signal.aborted) this.trouble.textContent = errorText(error);
    }
  }

  private show(transfers: readonly Transfer[]): void {
    const ended = endedText(this.known, transfers);
    if (ended !== null) this.announcer.textContent = ended;
    this.known = transfers;
    const ids = new Set(transfers.map(({ id }) => id));
    for (const [id, { element }] of this.entries) {
      if (ids.has(id)) continue;
      element.remove();
      this.entries.delete(id);
    }
    transfers.forEach((transfer, index) => {
      const { element } = this.entryOf(transfer);
      // What stands where it belongs is not moved, for that would take its focus.
      if (this.list.children[index] !== element) this.list.insertBefore(element, this.list.children[index] ?? null);
    });
    this.list.hidden = transfers.length === 0;
    this.none.hidden = transfers.length > 0;
  }

  private entryOf(transfer: Transfer): TransferEntry {
    const known = this.entries.get(transfer.id);
    if (known !== undefined) {
      known.show(transfer);
      return known;
    }
    const entry = new TransferEntry(transfer, (which) => {
      this.stop(which);
    });
    this.entries.set(transfer.id, entry);
    return entry;
  }

  private stop(transfer: Transfer): void {
    const place = placeOf(transfer);
    confirmThen({
      title: t('transfers.stopSure', { place }),
      text: t('transfers.stopText'),
      yes: t('transfers.stopYes'),
      no: t('transfers.stopNo'),
      act: () => stopTransfer(transfer.id),
      onDone: () => {
        this.say(t('transfers.stopped', { place }));
        void this.watch();
      },
      wrong: (error) => (error instanceof ApiError && error.status === 409 ? t('transfers.tooLate') : null),
    });
  }
}
