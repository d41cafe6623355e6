import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import type { Position } from '../lib/geometry';
import { plural, t } from '../locales';
import { parseCoordinates } from '../walk/search/coordinates';
import type { DrawSession } from './drawing';

export interface DrawPanel {
  readonly element: HTMLElement;
  /** Corners came or went. */
  readonly update: () => void;
  readonly refuse: (text: string) => void;
}

/**
 * What stands beside the map while something is drawn: how it is done, and the same by buttons and by coordinates. `placeHere`
 * places a corner in the middle of the map; null where there is none.
 */
export function drawPanel(session: DrawSession, placeHere: (() => void) | null): DrawPanel {
  const count = h('p', { class: 'draw-count', role: 'status', 'data-testid': 'draw-count' });
  const problem = h('p', { class: 'problem', role: 'alert', 'data-testid': 'draw-problem' });
  const button = (name: string, text: string, act: () => void, kind = 'button'): HTMLButtonElement =>
    h('button', { type: 'button', class: kind, onclick: act, 'data-testid': `draw-${name}` }, text);
  const back = button('back', t('areas.draw.back'), () => { session.back(); });
  const done = button('done', t('areas.draw.done'), () => { session.close(); }, 'button primary');
  const giveUp = button('give-up', t('areas.draw.giveUp'), () => { session.giveUp(); });

  const coordinates = h('input', {
    id: 'draw-coordinates',
    autocomplete: 'off',
    spellcheck: false,
    placeholder: '48.8583, 2.2945',
    'aria-describedby': 'draw-coordinates-hint',
    'data-testid': 'draw-coordinates',
  });
  const number = h('input', { id: 'draw-corner', type: 'number', min: 1, step: 1, 'aria-describedby': 'draw-corner-hint', 'data-testid': 'draw-corner' });
  const add = h('button', { class: 'button', 'data-testid': 'draw-add' }, t('areas.draw.add'));
  /** Which corner is to be moved; null: a new one is to be added. */
  const chosen = (): number | null => {
    const index = Math.round(number.valueAsNumber) - 1;
    return index >= 0 && index < session.corners.length ? index : null;
  };
  const showChosen = (): void => {
    const corner = session.corners[chosen() ?? -1];
    if (corner !== undefined) coordinates.value = `${corner[1]}, ${corner[0]}`;
    add.textContent = t(corner === undefined ? 'areas.draw.add' : 'areas.draw.move');
  };
  number.addEventListener('input', showChosen);
  const refuse = (text: string): void => {
    problem.textContent = text;
  };
  const submit = (): void => {
    const place = parseCoordinates(coordinates.value);
    if (place === null) {
      refuse(t('areas.draw.noCoordinates'));
      coordinates.focus();
      return;
    }
    const corner: Position = [place.lon, place.lat];
    const index = chosen();
    if (index !== null) session.move(index, corner);
    else if (session.place(corner)) coordinates.value = '';
    coordinates.focus();
  };
  const form = h(
    'form',
    { class: 'draw-form' },
    labelled(t('areas.draw.which'), number, h('p', { id: 'draw-corner-hint', class: 'hint' }, t('areas.draw.whichHint'))),
    labelled(t('areas.draw.coordinates'), coordinates, h('p', { id: 'draw-coordinates-hint', class: 'hint' }, t('areas.draw.coordinatesHint'))),
    add,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  const update = (): void => {
    const corners = session.corners.length;
    problem.textContent = '';
    count.textContent = corners === 0 ? t('areas.draw.begin') : plural('areas.draw.corners', corners);
    back.disabled = corners === 0;
    done.disabled = corners < 3;
    number.max = String(corners);
    number.disabled = corners === 0;
    if (corners < number.valueAsNumber) number.value = '';
    showChosen();
  };
  update();
  const element = h(
    'section',
    { class: 'card draw', 'aria-labelledby': 'draw-title', 'data-testid': 'draw' },
    h('h2', { id: 'draw-title' }, t('areas.draw.title')),
    count,
    problem,
    h('div', { class: 'actions' }, done, back, giveUp),
    h('p', { class: 'hint' }, t('areas.draw.pointer')),
    h('p', { class: 'hint' }, t('areas.draw.keys')),
    placeHere === null ? null : button('here', t('areas.draw.here'), placeHere),
    form,
  );
  return { element, update, refuse };
}
