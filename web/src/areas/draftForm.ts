import { addArea, type AreaScope, changeArea, countPictures, type ExcludedArea, type WantedArea } from '../api/areas';
import { simpleForm } from '../app/form';
import { choice } from '../app/choice';
import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import type { Polygon } from '../lib/geometry';
import { plural, t } from '../locales';
import { LONGEST_LABEL } from './geoJsonFile';
import { outlineOf, sizeOf } from './outline';
import { countText, nameOf, sizeText } from './words';

/** What is about to become an area, or what another one is to become. */
export interface Draft extends WantedArea {
  readonly area: ExcludedArea | null;
}

export interface DraftEvents {
  readonly onSaved: (area: ExcludedArea | null) => void;
  /** Goes back to drawing, with what is filled in; null for what was not drawn here. */
  readonly onChange: ((filledIn: Draft) => void) | null;
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

/** How large it is, and was. */
function sizeLine({ polygons, area }: Draft): string {
  const size = sizeText(sizeOf(polygons));
  if (area !== null && area.polygons !== polygons) return t('areas.form.sizes', { size, before: sizeText(sizeOf(area.polygons)) });
  return polygons.length === 1 ? size : t('areas.form.parts', { parts: plural('areas.polygons', polygons.length), size });
}

/** The form that makes an area of what was drawn. `account`: whose pictures are counted; null for everybody's. */
export function draftForm(scope: AreaScope, draft: Draft, account: string | null, signal: AbortSignal, events: DraftEvents): HTMLElement {
  const { polygons, label, area } = draft;
  const name = h('input', {
    id: 'area-label',
    value: label ?? '',
    maxlength: LONGEST_LABEL,
    autocomplete: 'off',
    'aria-describedby': 'area-label-hint',
    'data-testid': 'area-label',
  });
  const isPublic = choice('checkbox', 'area', 'public', t('areas.form.public'), draft.isPublic);
  const counted = h('p', { role: 'status', 'data-testid': 'area-count' }, t('areas.count.asking'));
  void tellCount(counted, polygons, account, signal);
  const read = (): Draft => {
    const text = name.value.trim();
    return { area, polygons, label: text === '' ? null : text, isPublic: isPublic.querySelector('input')?.checked === true };
  };
  const save = async (): Promise<void> => {
    events.onSaved(await (area === null ? addArea(scope, read()) : changeArea(scope, area.id, read())));
  };
  const { onChange } = events;
  const button = (key: string, text: string, act: () => void): HTMLElement =>
    h('button', { type: 'button', class: 'button', onclick: act, 'data-testid': `area-${key}` }, text);
  const form = simpleForm(
    null,
    save,
    h('p', { 'data-testid': 'area-size' }, sizeLine(draft)),
    counted,
    labelled(t('areas.form.label'), name, h('p', { id: 'area-label-hint', class: 'hint' }, t(`areas.form.labelHint.${scope}`))),
    area === null ? null : h('p', { class: 'hint draft-effect', 'data-testid': 'area-effect' }, t(`areas.edit.effect.${area.isAllowed ? 'allowed' : scope}`)),
    // Where alone pictures are taken, everybody knows.
    scope === 'own' || area?.isAllowed === true ? null : isPublic,
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'button primary', 'data-testid': 'area-save' }, t(area === null ? 'areas.form.save' : 'areas.edit.save')),
      onChange === null ? null : button('change', t(outlineOf(polygons) === null ? 'areas.edit.anew' : 'areas.form.change'), () => { onChange(read()); }),
      button('discard', t(area === null ? 'areas.form.discard' : 'areas.edit.discard'), events.onDiscard),
    ),
  );
  return h(
    'section',
    { class: 'card draft', 'aria-labelledby': 'draft-title', 'data-testid': 'draft' },
    h('h2', { id: 'draft-title', tabindex: -1 }, area === null ? t('areas.form.title') : t('areas.edit.title', { name: nameOf(area) })),
    form,
  );
}
