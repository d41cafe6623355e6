import type { AreaScope, ExcludedArea } from '../api/areas';
import { h } from '../lib/dom';
import { formatMoment } from '../lib/time';
import { language, t } from '../locales';
import { sizeOf } from './outline';
import { nameOf, sizeText } from './words';

export interface ListEvents {
  readonly onShow: (area: ExcludedArea) => void;
  readonly onEdit: (area: ExcludedArea) => void;
  readonly onRemove: (area: ExcludedArea) => void;
}

function knownText({ isAllowed, isPublic }: ExcludedArea): string {
  if (isAllowed) return t('areas.allowed');
  return t(isPublic ? 'areas.public' : 'areas.secret');
}

function entry(area: ExcludedArea, scope: AreaScope, events: ListEvents): HTMLElement {
  const name = nameOf(area);
  const size = sizeText(sizeOf(area.polygons));
  const facts = area.madeAt === null ? size : t('areas.facts', { size, when: formatMoment(area.madeAt, language()) });
  const button = (key: 'show' | 'edit' | 'remove', act: (area: ExcludedArea) => void): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-label': t(`areas.${key}That`, { name }),
        onclick: () => { act(area); },
        'data-testid': `area-${key}`,
      },
      t(`areas.${key}`),
    );
  return h(
    'li',
    { class: 'entry', tabindex: -1, 'data-id': area.id, 'data-testid': 'area' },
    h(
      'div',
      { class: 'entry-facts' },
      h('h3', {}, name),
      h('p', { class: 'hint' }, facts),
      scope === 'own' ? null : h('p', {}, knownText(area)),
    ),
    h('div', { class: 'entry-actions' }, button('show', events.onShow), button('edit', events.onEdit), button('remove', events.onRemove)),
  );
}

/** The areas as a list; or what there is to know where there are none. */
export function areaList(areas: readonly ExcludedArea[], scope: AreaScope, events: ListEvents): HTMLElement {
  if (areas.length > 0) return h('ul', { class: 'entries' }, ...areas.map((area) => entry(area, scope, events)));
  return h('p', { class: 'muted', 'data-testid': 'areas-none' }, t(`areas.none.${scope}`));
}

/** Leads the reader to the entry of an area. */
export function revealEntry(list: Element, id: string): void {
  const found = list.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
  found?.focus({ preventScroll: true });
  found?.scrollIntoView({ block: 'nearest' });
}
