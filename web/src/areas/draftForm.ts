import { addArea, type AreaScope, countPictures, type ExcludedArea } from '../api/areas';
import { simpleForm } from '../app/form';
import { choice } from '../app/choice';
import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import type { Polygon } from '../lib/geometry';
import { plural, t } from '../locales';
import { LONGEST_LABEL } from './geoJsonFile';
import { sizeOf } from './outline';
import { countText, sizeText } from './words';

/** What is about to become an area. */
export interface Draft {
  readonly polygons: readonly Polygon[];
  readonly label: string | null;
}

export interface DraftEvents {
  readonly onSaved: (area: ExcludedArea | null) => void;
  /** Goes back to drawing; null for what was not drawn here. */
  readonly onChange: (() => void) | null;
  readonly onDiscard: () => void;
}

/** Says how many pictures it is about, once that is known. */
async function tellCount(said: HTMLElement, polygons: readonly Polygon[], account: string | null, signal: AbortSignal): Promise<void> {
  try {
    const count = await countPictures(polygons, account, signal);
    said.textContent = countText(count, account === null ? 'instance' : 'own');
  } catch {
    // Such as more pictures around than the server looks at for this. The area may be saved all the same.
    if (!signal.aborted) said.textContent = t('areas.count.unknown');
  }
}

/** The form that makes an area of what was drawn. `account`: whose pictures are counted; null for everybody's. */
export function draftForm(scope: AreaScope, { polygons, label }: Draft, account: string | null, signal: AbortSignal, events: DraftEvents): HTMLElement {
  const name = h('input', {
    id: 'area-label',
    value: label ?? '',
    maxlength: LONGEST_LABEL,
    autocomplete: 'off',
    'aria-describedby': 'area-label-hint',
    'data-testid': 'area-label',
  });
  const isPublic = choice('checkbox', 'area', 'public', t('areas.form.public'), false);
  const counted = h('p', { role: 'status', 'data-testid': 'area-count' }, t('areas.count.asking'));
  void tellCount(counted, polygons, account, signal);
  const save = async (): Promise<void> => {
    const text = name.value.trim();
    const wanted = { polygons, label: text === '' ? null : text, isPublic: isPublic.querySelector('input')?.checked === true };
    events.onSaved(await addArea(scope, wanted));
  };
  const button = (key: string, text: string, act: () => void): HTMLElement =>
    h('button', { type: 'button', class: 'button', onclick: act, 'data-testid': `area-${key}` }, text);
  const size = sizeText(sizeOf(polygons));
  const form = simpleForm(
    null,
    save,
    h('p', { 'data-testid': 'area-size' }, polygons.length === 1 ? size : t('areas.form.parts', { parts: plural('areas.polygons', polygons.length), size })),
    counted,
    labelled(t('areas.form.label'), name, h('p', { id: 'area-label-hint', class: 'hint' }, t(`areas.form.labelHint.${scope}`))),
    scope === 'own' ? null : isPublic,
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'button primary', 'data-testid': 'area-save' }, t('areas.form.save')),
      events.onChange === null ? null : button('change', t('areas.form.change'), events.onChange),
      button('discard', t('areas.form.discard'), events.onDiscard),
    ),
  );
  return h(
    'section',
    { class: 'card draft', 'aria-labelledby': 'draft-title', 'data-testid': 'draft' },
    h('h2', { id: 'draft-title', tabindex: -1 }, t('areas.form.title')),
    form,
  );
}
