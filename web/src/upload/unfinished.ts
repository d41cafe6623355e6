import { isNotFound } from '../api/errors';
import { completeUploadSet, deleteUploadSet, getUploadedFiles, getUploadSet, type UploadedFile, type UploadSet } from '../api/uploadSets';
import { errorText } from '../app/errorText';
import { fill, h } from '../lib/dom';
import { plural, t } from '../locales';
import { PAGE_FILES } from './publishing';
import type { Records, SetRecord } from './record';

/** An upload set that was begun in this browser and is not finished. */
export interface Unfinished {
  readonly record: SetRecord;
  readonly set: UploadSet;
  /** Files that the server has looked at. */
  readonly there: number;
}

/** Files that the server has looked at, refused ones too. */
export function filesThere({ counts }: UploadSet): number {
  return counts.prepared + counts.preparing + counts.notProcessed + counts.broken + counts.rejected;
}

/** The newest set that can be gone on with. What the server does not know any more, or has finished, is forgotten. */
export async function findUnfinished(records: Records, signal: AbortSignal): Promise<Unfinished | null> {
  records.tidy();
  for (const record of records.unfinished()) {
    try {
      const set = await getUploadSet(record.id, signal);
      const there = filesThere(set);
      if (!set.ready || there < record.files) return { record, set, there };
      records.forget(record.id);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      records.forget(record.id);
    }
  }
  return null;
}

/** Everything that the server says of a set's files. */
export async function allFiles(id: string, signal: AbortSignal): Promise<readonly UploadedFile[]> {
  const files: UploadedFile[] = [];
  for (;;) {
    const page = await getUploadedFiles(id, files.length, PAGE_FILES, signal);
    files.push(...page);
    if (page.length < PAGE_FILES) return files;
  }
}

export interface OfferActions {
  /** Shows how far it is, without sending anything more. */
  readonly follow: () => void;
  /** Begins something new; this one is offered again at the next visit. */
  readonly setAside: () => void;
  /** It is gone. */
  readonly gone: () => void;
  readonly signal: AbortSignal;
}

function button(label: string, testId: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'button', 'data-testid': testId, onclick }, label);
}

/** Under what the pictures of a set are published; null where that is not told. */
function creditText({ licence, attribution }: UploadSet): string | null {
  if (licence === null) return null;
  return attribution === null ? t('upload.offer.licence', { licence }) : t('upload.offer.licenceAs', { licence, name: attribution });
}

/** Offers to go on with an unfinished set. */
export function buildOffer({ record, set, there }: Unfinished, actions: OfferActions): HTMLElement {
  const missing = Math.max(0, record.files - there);
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const attempt = (step: () => Promise<void>, then: () => void): void => {
    problem.hidden = true;
    step().then(then, (error: unknown) => {
      if (actions.signal.aborted) return;
      problem.hidden = false;
      fill(problem, errorText(error));
    });
  };
  const finish = button(
    missing === 0 ? t('upload.offer.follow') : t('upload.offer.finish'),
    'upload-offer-finish',
    () => {
      attempt(() => completeUploadSet(set.id, actions.signal), actions.follow);
    },
  );
  if (missing === 0) finish.classList.add('primary');
  const remove = button(t('upload.offer.delete'), 'upload-offer-delete', () => {
    if (!window.confirm(plural('upload.offer.deleteSure', there))) return;
    attempt(() => deleteUploadSet(set.id, actions.signal), actions.gone);
  });
  remove.classList.add('quiet');
  const credit = creditText(set);
  const figures = plural('upload.offer.there', record.files, { there, missing });
  return h(
    'section',
    { class: 'panel offer', 'aria-labelledby': 'upload-offer', 'data-testid': 'upload-offer' },
    h('h2', { id: 'upload-offer' }, t('upload.offer.title', { title: set.title })),
    h('p', { 'data-testid': 'upload-offer-figures' }, missing === 0 ? t('upload.offer.allThere', { there }) : figures),
    missing === 0 ? null : h('p', {}, t('upload.offer.choose')),
    credit === null ? null : h('p', { class: 'muted', 'data-testid': 'upload-offer-credit' }, credit),
    problem,
    // Of nothing there is nothing to finish.
    h('div', { class: 'actions' }, there === 0 ? null : finish, button(t('upload.offer.setAside'), 'upload-offer-aside', actions.setAside), remove),
  );
}
