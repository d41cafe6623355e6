import { configuration } from '../api/configuration';
import type { Operation } from '../api/manyEdits';
import { Incomplete } from '../app/form';
import { attributionField, licenceField } from '../account/credit';
import { choice } from '../app/choice';
import { labelled } from '../app/labelled';
import { type Child, h } from '../lib/dom';
import type { Position } from '../lib/geometry';
import { t } from '../locales';
import { linesOf } from '../track/gpx';
import { GpxFields } from '../track/gpxFields';
import { numberField } from '../app/numberField';
import { secondsBetween, wallClock } from './outcome';
import { seenField } from './seen';
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

function retrackForm(onTrack: FormContext['onTrack']): OperationForm {
  const fields = new GpxFields((segments) => { onTrack(linesOf(segments)); });
  return {
    content: fields.elements,
    read: () => {
      const { gpx, ahead, gap } = fields.read();
      return { retrack: { gpx, clock_ahead: ahead, max_gap: gap } };
    },
  };
}

function levelForm(): OperationForm {
  const pitch = numberField('mine-pitch', t('mine.level.pitch'), { min: -90, max: 90, value: 0, hint: t('mine.level.pitchHint') });
  const roll = numberField('mine-roll', t('mine.level.roll'), { min: -180, max: 180, value: 0, hint: t('mine.level.rollHint') });
  return { content: [pitch.element, roll.element], read: () => ({ level: { pitch: pitch.read(), roll: roll.read() } }) };
}

function showForm(): OperationForm {
  const seen = seenField('mine-seen', 'owner-only');
  return { content: [seen.element, h('p', { class: 'hint' }, t('mine.show.hint'))], read: () => ({ show: { visibility: seen.read() } }) };
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
