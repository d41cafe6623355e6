import { isPreparing, isUnderWay, type Transfer } from '../api/transfers';
import { h } from '../lib/dom';
import { formatMoment } from '../lib/time';
import { language, t } from '../locales';
import { messageText, placeOf, stateText, wentWrong } from './transferWords';

/** One transfer in the list. It is changed in place, so that what has the focus keeps it. */
export class TransferEntry {
  readonly element: HTMLElement;
  private readonly title = h('h3', { tabindex: -1 });
  private readonly state = h('p', { class: 'transfer-state', 'data-testid': 'transfer-state' });
  private readonly bar = h('progress', { 'data-testid': 'transfer-progress' });
  private readonly message = h('p', { class: 'transfer-message', hidden: true, 'data-testid': 'transfer-message' });
  private readonly preparing = h('p', { hidden: true, 'data-testid': 'transfer-preparing' }, t('transfers.preparing'));
  private readonly open = h('a', { class: 'button', hidden: true, 'data-testid': 'transfer-open' }, t('transfers.open'));
  private readonly stop: HTMLButtonElement;
  private readonly actions: HTMLElement;
  /** Whether there is something to see, which then stays, also while more comes. */
  private isShown = false;

  constructor(
    private transfer: Transfer,
    onStop: (transfer: Transfer) => void,
  ) {
    const place = placeOf(transfer);
    const { id, location, askedAt } = transfer;
    this.title.textContent = t('transfers.from', { place });
    this.bar.setAttribute('aria-label', t('transfers.progress', { place }));
    this.open.setAttribute('aria-label', t('transfers.openFrom', { place }));
    this.stop = h(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-label': t('transfers.stopFrom', { place }),
        onclick: () => {
          onStop(this.transfer);
        },
        'data-testid': 'transfer-stop',
      },
      t('transfers.stop'),
    );
    this.actions = h('div', { class: 'entry-actions' }, this.open, this.stop);
    const asked = askedAt === '' ? null : t('transfers.asked', { when: formatMoment(askedAt, language()) });
    this.element = h(
      'li',
      { class: 'entry', 'data-transfer': id, 'data-testid': 'transfer-entry' },
      h(
        'div',
        { class: 'entry-facts' },
        this.title,
        this.state,
        this.bar,
        this.message,
        this.preparing,
        asked === null ? null : h('p', { class: 'hint' }, asked),
        h('p', { class: 'hint entry-address' }, location),
      ),
      this.actions,
    );
    this.show(transfer);
  }

  show(transfer: Transfer): void {
    this.transfer = transfer;
    const { state, sequence, come, total, ready } = transfer;
    const underWay = isUnderWay(transfer);
    const message = messageText(transfer);
    this.element.dataset.state = state;
    this.state.textContent = stateText(transfer);
    this.state.classList.toggle('problem', wentWrong(transfer));
    this.bar.hidden = !underWay || total === 0;
    this.bar.max = Math.max(1, total);
    this.bar.value = come;
    this.message.textContent = message;
    this.message.hidden = message === null;
    this.isShown ||= ready && come > 0;
    this.preparing.hidden = !isPreparing(transfer) || this.isShown;
    const opens = this.isShown && sequence !== null;
    this.open.hidden = !opens;
    if (opens) this.open.href = `/sequences/${encodeURIComponent(sequence)}`;
    // The button goes once there is nothing to stop: who was on it stays at the entry.
    if (!underWay && document.activeElement === this.stop) this.title.focus();
    this.stop.hidden = !underWay;
    this.actions.hidden = !opens && !underWay;
  }
}
