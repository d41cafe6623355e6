import type { FileNotice, UploadedFile } from '../api/uploadSets';
import { language, t } from '../locales';
import { categoryOf, type Item, type ItemState } from './ledger';
import { oneLine, reasonKey, refusalText } from './reasons';

/** What is said of a file: its state, why and what to do, and the picture to look at. */
export interface Words {
  readonly text: string;
  readonly picture: string | null;
}

function words(text: string, picture: string | null = null): Words {
  return { text, picture };
}

function refusalTold({ rejected, message }: UploadedFile): Words {
  const key = reasonKey(rejected?.reason ?? '', rejected?.missing ?? []);
  // The server's sentence says more than our general one about what is wrong with position or time.
  const own = key === null || key === 'upload.reason.invalid_metadata' ? null : t(key);
  const said = oneLine(rejected?.message ?? message);
  const reason = own ?? (said === '' ? (key === null ? t('upload.reason.other') : t(key)) : said);
  return words(t('upload.state.refused', { reason }));
}

/** What the server says of a file, in the reader's language; its own sentence where it says what we do not know. */
export function toldWords(record: UploadedFile): Words {
  const { state, rejected, pictureId } = record;
  if (rejected?.reason === 'file_duplicate') return words(t('upload.state.duplicateElsewhere'));
  switch (state) {
    case 'waiting':
      return words(t('upload.state.preparing'));
    case 'ready':
      return words(t('upload.state.ready'));
    case 'published':
      return words(t('upload.state.published'), pictureId);
    case 'hidden':
      return words(t('upload.state.hidden'), pictureId);
    case 'duplicate':
      return words(t('upload.state.duplicateNear'), rejected?.duplicateOf ?? null);
    case 'deleted':
      return words(t('upload.state.deleted'));
    case 'refused':
      return refusalTold(record);
    case 'broken': {
      const reason = oneLine(rejected?.message ?? record.message);
      return words(t('upload.state.broken', { reason: reason === '' ? t('upload.reason.other') : reason }));
    }
    case 'unknown': {
      const said = oneLine(record.message);
      return words(said === '' ? t('upload.state.accepted') : said);
    }
  }
}

const DROPPED = ['film_dropped', 'gain_map_dropped'] as const;

/** What is told of a file that was taken; the server's own sentence where it says what we do not know. */
export function noticeText({ reason, message }: FileNotice): string {
  const known = DROPPED.find((one) => one === reason);
  return known === undefined ? oneLine(message) : t(`upload.notice.${known}`);
}

/** What is said of a file in this state. */
export function stateWords(state: ItemState): Words {
  switch (state.kind) {
    case 'chosen':
      return words('');
    case 'waiting':
      return words(t('upload.state.waiting'));
    case 'sending': {
      if (state.share >= 1) return words(t('upload.state.checking'));
      const percent = new Intl.NumberFormat(language(), { style: 'percent' }).format(Math.floor(state.share * 100) / 100);
      return words(t('upload.state.sending', { percent }));
    }
    case 'retrying':
      return words(t('upload.state.retrying', { seconds: Math.ceil(state.delayMs / 1000) }));
    case 'accepted':
      return words(t('upload.state.accepted'));
    case 'duplicate':
      return words(t(state.inSet ? 'upload.state.duplicateHere' : 'upload.state.duplicateElsewhere'), state.pictureId);
    case 'refused':
      return words(t('upload.state.refused', { reason: refusalText(state.status, state.body) }));
    case 'failed':
      return words(t(`upload.failed.${state.why}`));
    case 'told':
      return toldWords(state.record);
  }
}

/** When a file came into its state, on the reader's clock: the time alone if that was today. Nothing while it is on its way. */
export function whenText({ at, state }: Pick<Item, 'at' | 'state'>, now: number): string {
  if (at === null || categoryOf(state) === 'toSend') return '';
  const [then, today] = [new Date(at), new Date(now)];
  const sameDay = then.toDateString() === today.toDateString();
  const options: Intl.DateTimeFormatOptions = sameDay ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(language(), options).format(then);
}
