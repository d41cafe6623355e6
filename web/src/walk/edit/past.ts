import type { ChangedValue, PastEdit } from '../../api/edits';
import { fill, h } from '../../lib/dom';
import { formatMoment } from '../../lib/time';
import { language, type MessageKey, t } from '../../locales';

const FIELDS: ReadonlyMap<string, MessageKey> = new Map([
  ['heading', 'edit.field.heading'],
  ['pitch', 'edit.field.pose'],
  ['roll', 'edit.field.pose'],
  ['yaw', 'edit.field.pose'],
  ['longitude', 'edit.field.place'],
  ['latitude', 'edit.field.place'],
  ['capture_time', 'edit.field.time'],
  ['visibility', 'edit.field.visibility'],
  ['rank_in_collection', 'edit.field.order'],
  ['semantics', 'edit.field.tags'],
  ['annotation', 'edit.field.annotation'],
]);

function sentence({ field, was, became }: ChangedValue): string {
  const name = t(FIELDS.get(field) ?? 'edit.field.other');
  const nothing = t('edit.nothing');
  return t('edit.changed', { name, was: was === '' ? nothing : was, became: became === '' ? nothing : became });
}

/** What was done to a picture, the latest first, with what puts it back. */
export class Past {
  readonly element: HTMLElement;
  private readonly list = h('ol', { class: 'past', 'data-testid': 'past' });

  constructor(private readonly undo: (edit: PastEdit) => void) {
    this.element = h('section', {}, h('h3', {}, t('edit.past')), this.list);
  }

  show(edits: readonly PastEdit[]): void {
    const entries = edits.map((edit) => {
      const when = formatMoment(edit.at, language());
      const label = t('edit.undoOf', { who: edit.who, when });
      const back = h(
        'button',
        { type: 'button', class: 'button', 'aria-label': label, onclick: () => { this.undo(edit); }, 'data-testid': 'past-undo' },
        t('edit.undo'),
      );
      return h(
        'li',
        {},
        h('p', { class: 'muted' }, h('time', { datetime: edit.at }, when), ` ${edit.who}`),
        ...edit.values.map((value) => h('p', {}, sentence(value))),
        edit.undoable ? back : null,
      );
    });
    fill(this.list, ...(entries.length === 0 ? [h('li', { class: 'muted' }, t('edit.noPast'))] : entries));
  }
}
