import { fill, h } from '../lib/dom';
import { formatBytes } from '../lib/time';
import { language, t } from '../locales';
import type { FileState } from './queue';
import { refusalText } from './reasons';

/** What one row shows: how the sending stands, or what became of the picture later. */
export type RowState =
  | FileState
  | { readonly kind: 'preparing' }
  | { readonly kind: 'published'; readonly pictureId: string | null }
  | { readonly kind: 'rejected'; readonly reason: string };

export interface Row {
  readonly element: HTMLLIElement;
  readonly set: (state: RowState) => void;
}

function pictureLink(id: string | null, label: string): HTMLElement | null {
  if (id === null) return null;
  return h('a', { href: `/#focus=pic&pic=${encodeURIComponent(id)}`, target: '_blank', rel: 'noopener' }, label);
}

function describe(state: RowState): (string | HTMLElement | null)[] {
  switch (state.kind) {
    case 'waiting':
      return [t('upload.state.waiting')];
    case 'sending': {
      if (state.share >= 1) return [t('upload.state.checking')];
      const share = new Intl.NumberFormat(language(), { style: 'percent' }).format(state.share);
      return [t('upload.state.sending', { percent: share })];
    }
    case 'retrying':
      return [t('upload.state.retrying', { seconds: Math.ceil(state.delayMs / 1000) })];
    case 'accepted':
      return [t('upload.state.accepted')];
    case 'duplicate':
      return [`${t('upload.state.duplicate')} `, pictureLink(state.pictureId, t('upload.state.showDuplicate'))];
    case 'refused':
      return [t('upload.state.refused', { reason: refusalText(state.status, state.body) })];
    case 'rejected':
      return [t('upload.state.refused', { reason: state.reason })];
    case 'failed':
      return [t('upload.state.failed')];
    case 'preparing':
      return [t('upload.state.preparing')];
    case 'published':
      return [`${t('upload.state.published')} `, pictureLink(state.pictureId, t('upload.state.showDuplicate'))];
  }
}

/** A row of the list. `onRemove` takes the file off the list before the upload begins. */
export function buildRow(file: File, onRemove: () => void): Row {
  const bar = h('progress', { max: 1, value: 0, 'aria-hidden': 'true' });
  const outcome = h('span', { class: 'row-outcome', 'data-testid': 'upload-outcome' });
  const remove = h(
    'button',
    { type: 'button', class: 'row-remove', 'aria-label': t('upload.remove', { name: file.name }), onclick: onRemove },
    '×',
  );
  const element = h(
    'li',
    { class: 'row', 'data-testid': 'upload-row', 'data-state': 'chosen' },
    h('span', { class: 'row-name', title: file.webkitRelativePath || file.name }, file.name),
    h('span', { class: 'row-size' }, formatBytes(file.size, language())),
    bar,
    outcome,
    remove,
  );
  return {
    element,
    set: (state) => {
      element.dataset.state = state.kind;
      bar.value = state.kind === 'sending' ? state.share : state.kind === 'waiting' || state.kind === 'retrying' ? 0 : 1;
      fill(outcome, ...describe(state));
    },
  };
}
