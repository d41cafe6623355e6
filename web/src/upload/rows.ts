import { fill, h } from '../lib/dom';
import { formatBytes } from '../lib/time';
import { language, t } from '../locales';
import { categoryOf, type Item } from './ledger';
import { noticeText, stateWords, whenText } from './words';

export interface Row {
  readonly element: HTMLLIElement;
  /** Shows how the item stands now. */
  readonly show: () => void;
}

function pictureLink(id: string): HTMLElement {
  const address = `/#focus=pic&pic=${encodeURIComponent(id)}`;
  return h('a', { href: address, target: '_blank', rel: 'noopener' }, t('upload.state.showDuplicate'));
}

/** A row of the list, at `position` of `all`. `onRemove` takes the file off the list before the upload begins. */
export function buildRow(item: Item, position: number, all: number, onRemove: (item: Item) => void): Row {
  const bar = h('progress', { max: 1, value: 0, 'aria-hidden': 'true' });
  const outcome = h('span', { class: 'row-text', 'data-testid': 'upload-outcome' });
  const when = h('time', { class: 'row-when' });
  const notices = h('ul', { class: 'row-notices', 'data-testid': 'upload-notices', hidden: true });
  const remove = h(
    'button',
    {
      type: 'button',
      class: 'row-remove',
      'aria-label': t('upload.remove', { name: item.label }),
      onclick: () => {
        onRemove(item);
      },
    },
    '×',
  );
  const element = h(
    'li',
    { class: 'row', 'data-testid': 'upload-row', 'aria-posinset': position, 'aria-setsize': all },
    h('span', { class: 'row-name', title: item.label }, item.label),
    h('span', { class: 'row-size' }, formatBytes(item.size, language())),
    bar,
    h('span', { class: 'row-outcome' }, outcome, when),
    notices,
    remove,
  );
  let shown = '';
  const show = (): void => {
    const { state } = item;
    element.dataset.state = state.kind === 'told' ? state.record.state : state.kind;
    element.dataset.category = categoryOf(state);
    bar.value = state.kind === 'sending' ? state.share : 0;
    remove.hidden = state.kind !== 'chosen';
    const { text, picture } = stateWords(state);
    const time = whenText(item, Date.now());
    // A row that changes nothing is not touched: the reader may have the focus in it.
    const told = state.kind === 'told' ? state.record.notices.map(noticeText) : [];
    const now = [text, picture ?? '', time, ...told].join('\n');
    if (shown === now) return;
    shown = now;
    fill(notices, ...told.map((notice) => h('li', {}, notice)));
    notices.hidden = told.length === 0;
    fill(outcome, text, picture === null ? null : ' ', picture === null ? null : pictureLink(picture));
    when.textContent = text === '' ? '' : time;
    if (item.at !== null) when.dateTime = new Date(item.at).toISOString();
  };
  show();
  return { element, show };
}
