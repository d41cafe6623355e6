import { isUnderWay, type Transfer } from '../api/transfers';
import { plural, t } from '../locales';

/** Sentences of the server that the page has in the reader's language. */
const STOPPED = 'It was stopped';
const AGAIN = 'The other instance does not answer; it is tried again';
const LEFT_OUT = /^(\d+) left out, the last because: (.*)$/s;

/** The server that a transfer is from, as people call it. */
export function placeOf({ location }: Pick<Transfer, 'location'>): string {
  return URL.canParse(location) ? new URL(location).host : location;
}

function wasStopped({ state, message }: Transfer): boolean {
  return state === 'failed' && message === STOPPED;
}

/** Whether something came to an end that it should not have come to. */
export function wentWrong(transfer: Transfer): boolean {
  const { state, come } = transfer;
  return (state === 'failed' && !wasStopped(transfer)) || (state === 'finished' && come === 0);
}

/** How far a transfer is. */
export function stateText(transfer: Transfer): string {
  const { state, come, total } = transfer;
  if (state === 'waiting') return t('transfers.waiting');
  if (state === 'running') return total === 0 ? t('transfers.looking') : plural('transfers.running', come, { total });
  const ending = state === 'finished' ? 'finished' : wasStopped(transfer) ? 'stopped' : 'failed';
  if (come === 0) return t(ending === 'failed' ? 'transfers.failed' : `transfers.${ending}Empty`);
  if (ending === 'finished' && come === total) return plural('transfers.finished', come);
  return plural(`transfers.${ending}Partly`, come, { total });
}

/** What there is to say besides; null where that is nothing. */
export function messageText(transfer: Transfer): string | null {
  const { location, message } = transfer;
  if (message === null || wasStopped(transfer)) return null;
  if (message === AGAIN) return t('transfers.again');
  if (message.startsWith(`${location} answers 404`)) return t('transfers.absent');
  const [, count, why] = LEFT_OUT.exec(message) ?? [];
  return why === undefined ? message : plural('transfers.leftOut', Number(count), { why });
}

/** What has come to an end since the last look, as a sentence to read out; null where nothing has. */
export function endedText(before: readonly Transfer[], now: readonly Transfer[]): string | null {
  const running = new Set(before.filter(isUnderWay).map(({ id }) => id));
  const ended = now.filter((transfer) => running.has(transfer.id) && !isUnderWay(transfer));
  return ended.length === 0 ? null : ended.map((each) => `${placeOf(each)}: ${stateText(each)}`).join(' ');
}
