import { configuration } from '../api/configuration';
import { VISIBILITIES } from '../api/edits';
import type { Operation } from '../api/manyEdits';
import { Incomplete } from '../account/form';
import { attributionField, licenceField } from '../account/credit';
import { choice, choices } from '../app/choice';
import { labelled } from '../app/labelled';
import { type Child, fill, h } from '../lib/dom';
import type { Position } from '../lib/geometry';
import { t } from '../locales';
import { gpxLines, LARGEST_TRACK } from './gpxLine';
import { secondsBetween, wallClock } from './outcome';
import type { Kind } from './words';

/** The fields of one thing that can be done to many pictures. */
export interface OperationForm {
  readonly content: readonly Child[];
  /**
   * What they say.
   *
   * @throws {Incomplete} if that is not enough.
   */
  readonly read: () => Operation;
}

/** The widest gap in a track that is bridged if nothing else is said, seconds. */
const USUAL_GAP_S = 60;

interface NumberOptions {
  readonly min: number;
  readonly max: number;
  readonly value?: number;
  readonly hint?: string;
}

interface NumberField {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly read: () => number;
}

/** A field for a number that has to be there. */
function numberField(id: string, label: string, { min, max, value, hint }: NumberOptions): NumberField {
  const input = h('input', { id, type: 'number', min, max, step: 'any', value: value ?? '', required: true, 'data-testid': id });
  const hints = hint === undefined ? null : h('p', { class: 'hint', id: `${id}-hint` }, hint);
  if (hints !== null) input.setAttribute('aria-describedby', hints.id);
  const read = (): number => {
    if (!Number.isFinite(input.valueAsNumber)) throw new Incomplete(t('mine.fillIn', { field: label }), input);
    return input.valueAsNumber;
  };
  return { element: labelled(label, input, hints), input, read };
}

function turnForm(): OperationForm {
  const degrees = numberField('mine-degrees', t('mine.turn.degrees'), { min: -360, max: 360, value: 180, hint: t('mine.turn.hint') });
  return { content: [degrees.element], read: () => ({ turn: { degrees: degrees.read() } }) };
}

function followForm(): OperationForm {
  const relative = numberField('mine-relative', t('mine.follow.relative'), { min: -180, max: 180, value: 0, hint: t('mine.follow.hint') });
  return { content: [relative.element], read: () => ({ follow_track: { relative_heading: relative.read() } }) };
}

/** The form of a move, which the map fills in, too. */
export interface ShiftForm extends OperationForm {
  readonly fill: (east: number, north: number) => void;
  readonly now: () => { readonly east: number; readonly north: number };
}

export function shiftForm(): ShiftForm {
  const far = { min: -100_000, max: 100_000, value: 0 };
  const east = numberField('mine-east', t('mine.shift.east'), far);
  const north = numberField('mine-north', t('mine.shift.north'), far);
  return {
    content: [h('p', { class: 'hint' }, t('mine.shift.hint')), h('div', { class: 'mine-pair' }, east.element, north.element)],
    read: () => {
      const shift = { east: east.read(), north: north.read() };
      if (shift.east === 0 && shift.north === 0) throw new Incomplete(t('mine.shift.nowhere'), east.input);
      return { shift };
    },
    fill: (toEast, toNorth) => {
      east.input.value = toEast.toFixed(1);
      north.input.value = toNorth.toFixed(1);
    },
    now: () => ({ east: east.input.valueAsNumber || 0, north: north.input.valueAsNumber || 0 }),
  };
}

/** `said`: what the camera's clock said in the first of the pictures. */
function retimeForm(said: string | null): OperationForm {
  const was = wallClock(said ?? '');
  const label = t('mine.retime.first');
  const input = h('input', { id: 'mine-time', type: 'datetime-local', step: 1, value: was, required: true, 'aria-describedby': 'mine-time-hint', 'data-testid': 'mine-time' });
  const hint = h('p', { class: 'hint', id: 'mine-time-hint' }, t('mine.retime.hint'));
  const read = (): Operation => {
    const seconds = secondsBetween(was, input.value);
    if (seconds === null) throw new Incomplete(t('mine.fillIn', { field: label }), input);
    if (seconds === 0) throw new Incomplete(t('mine.retime.same'), input);
    return { retime: { seconds } };
  };
  return { content: [labelled(label, input, hint)], read };
}

function retrackForm(onTrack: (lines: readonly (readonly Position[])[]) => void): OperationForm {
  let track: string | null = null;
  const said = h('p', { class: 'hint', role: 'status', 'data-testid': 'mine-track-said' });
  const file = h('input', { id: 'mine-gpx', type: 'file', accept: '.gpx,application/gpx+xml', required: true, 'data-testid': 'mine-gpx' });
  const take = async (): Promise<void> => {
    const [chosen] = file.files ?? [];
    track = null;
    fill(said);
    onTrack([]);
    if (chosen === undefined) return;
    if (chosen.size > LARGEST_TRACK) {
      said.textContent = t('mine.retrack.large', { name: chosen.name });
      return;
    }
    const content = await chosen.text();
    const lines = gpxLines(content);
    const points = lines?.reduce((sum, line) => sum + line.length, 0) ?? 0;
    if (lines === null || points === 0) {
      said.textContent = t('mine.retrack.unreadable', { name: chosen.name });
      return;
    }
    track = content;
    said.textContent = t('mine.retrack.read', { name: chosen.name, count: points });
    onTrack(lines);
  };
  file.addEventListener('change', () => void take());
  const ahead = numberField('mine-ahead', t('mine.retrack.ahead'), { min: -3_155_760_000, max: 3_155_760_000, value: 0, hint: t('mine.retrack.aheadHint') });
  const gap = numberField('mine-gap', t('mine.retrack.gap'), { min: 0, max: 3600, value: USUAL_GAP_S, hint: t('mine.retrack.gapHint') });
  return {
    content: [labelled(t('mine.retrack.file'), file, said), ahead.element, gap.element],
    read: () => {
      if (track === null) throw new Incomplete(t('mine.retrack.none'), file);
      return { retrack: { gpx: track, clock_ahead: ahead.read(), max_gap: gap.read() } };
    },
  };
}

function levelForm(): OperationForm {
  const pitch = numberField('mine-pitch', t('mine.level.pitch'), { min: -90, max: 90, value: 0, hint: t('mine.level.pitchHint') });
  const roll = numberField('mine-roll', t('mine.level.roll'), { min: -180, max: 180, value: 0, hint: t('mine.level.rollHint') });
  return { content: [pitch.element, roll.element], read: () => ({ level: { pitch: pitch.read(), roll: roll.read() } }) };
}

function showForm(): OperationForm {
  const group = choices(
    t('edit.visibility'),
    ...VISIBILITIES.map((each) => choice('radio', 'mine-seen', each, t(`edit.visibility.${each}`), each === 'owner-only')),
  );
  const chosen = (): (typeof VISIBILITIES)[number] => {
    const ticked = group.querySelector<HTMLInputElement>('input:checked')?.value;
    return VISIBILITIES.find((each) => each === ticked) ?? 'owner-only';
  };
  return { content: [group, h('p', { class: 'hint' }, t('mine.show.hint'))], read: () => ({ show: { visibility: chosen() } }) };
}

async function licenceForm(): Promise<OperationForm> {
  const { licences } = await configuration();
  const stays = { value: '', label: t('mine.license.stays'), licence: { id: '', url: null } };
  const options = [stays, ...licences.map((licence) => ({ value: licence.id, label: licence.id, licence }))];
  const licence = licenceField('mine-licence', t('mine.license.which'), options, '');
  const named = attributionField('mine-attribution', null, null, t('mine.license.attributionHint'));
  const rename = choice('checkbox', 'mine-rename', 'yes', t('mine.license.rename'), false);
  const box = rename.querySelector('input');
  const show = (): void => {
    named.element.hidden = box?.checked !== true;
  };
  rename.addEventListener('change', show);
  show();
  return {
    content: [licence.element, rename, named.element],
    read: () => {
      const license = licence.select.value === '' ? {} : { license: licence.select.value };
      const attribution = box?.checked === true ? { attribution: named.input.value.trim() } : {};
      if (Object.keys({ ...license, ...attribution }).length === 0) throw new Incomplete(t('mine.license.none'), licence.select);
      return { license: { ...license, ...attribution } };
    },
  };
}

export interface FormContext {
  /** When the first of the pictures was taken, as their clock said. */
  readonly firstTaken: string | null;
  /** A track was read, to be drawn; empty: there is none any more. */
  readonly onTrack: (lines: readonly (readonly Position[])[]) => void;
}

/** The fields of an operation, the move and the deletion excepted. */
export async function formOf(kind: Exclude<Kind, 'shift' | 'delete'>, { firstTaken, onTrack }: FormContext): Promise<OperationForm> {
  switch (kind) {
    case 'turn':
      return turnForm();
    case 'follow_track':
      return followForm();
    case 'retime':
      return retimeForm(firstTaken);
    case 'retrack':
      return retrackForm(onTrack);
    case 'level':
      return levelForm();
    case 'show':
      return showForm();
    case 'license':
      return licenceForm();
  }
}
