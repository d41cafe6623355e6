import type { Change, Outcome, OwnEdit } from '../api/manyEdits';
import type { OwnSequence } from '../api/sequences';
import { number, text } from '../api/json';
import { formatDay } from '../lib/time';
import { formatNumber, language, type MessageKey, plural, t } from '../locales';
import { farthestMove } from './outcome';

/** What can be done to many pictures, in the order in which it is offered. */
export const KINDS = ['turn', 'follow_track', 'shift', 'retime', 'retrack', 'level', 'show', 'license', 'delete'] as const;
export type Kind = (typeof KINDS)[number];

/** Longest list of what changes, lines. */
const MOST_LINES = 5;

function metres(value: number): string {
  return t('mine.metres', { count: value < 10 ? Math.round(value * 10) / 10 : Math.round(value) });
}

/** Degrees to the hundredth. */
function degreesText(value: number | null): string {
  return value === null ? t('edit.nothing') : `${formatNumber(Math.round(value * 100) / 100)}°`;
}

/** What becomes of one picture, in words. */
function changeText({ was, became }: Change): string {
  const parts: string[] = [];
  if (became.heading !== undefined) {
    parts.push(t('mine.becameHeading', { was: degreesText(was.heading ?? null), became: degreesText(became.heading) }));
  }
  if (became.takenAt !== undefined) parts.push(t('mine.becameTime', { was: clock(was.takenAt ?? ''), became: clock(became.takenAt) }));
  if (became.place !== undefined) parts.push(t('mine.becamePlace', { distance: metres(farthestMove([{ picture: '', was, became }]) ?? 0) }));
  return parts.join(', ');
}

/** Date and time to the second, as they stand. */
export function clock(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** What an edit changes, in lines: how many pictures, how far, and the first ones for example. `numberOf`: of a picture, from 1. */
export function outcomeLines(outcome: Outcome, numberOf: (picture: string) => number | null): { readonly head: string; readonly examples: readonly string[] } {
  const { changes, unchanged } = outcome;
  const farthest = farthestMove(changes);
  const head = [
    plural('mine.changes', changes.length),
    unchanged === 0 ? null : plural('mine.stay', unchanged),
    farthest === null ? null : t('mine.farthest', { distance: metres(farthest) }),
  ];
  const examples = changes
    .flatMap((change) => {
      const place = numberOf(change.picture);
      return place === null ? [] : [{ place, change }];
    })
    .sort((a, b) => a.place - b.place)
    .slice(0, MOST_LINES)
    .flatMap(({ place, change }) => {
      const says = changeText(change);
      return says === '' ? [] : [t('mine.example', { number: place, says })];
    });
  return { head: head.filter((each) => each !== null).join(' '), examples };
}

const EDITS: ReadonlyMap<string, MessageKey> = new Map([
  ['turn', 'mine.did.turn'],
  ['follow_track', 'mine.did.follow_track'],
  ['shift', 'mine.did.shift'],
  ['retime', 'mine.did.retime'],
  ['retrack', 'mine.did.retrack'],
  ['level', 'mine.did.level'],
  ['show', 'mine.did.show'],
  ['license', 'mine.did.license'],
  ['patch', 'mine.did.patch'],
  ['undo', 'mine.did.undo'],
  ['batch', 'mine.did.batch'],
  ['annotate', 'mine.did.annotate'],
]);

/** What an edit was, in words. */
export function editText({ operation, parameters, changes }: OwnEdit): string {
  const value = (name: string): string => {
    const amount = number(parameters[name]);
    return amount === null ? (text(parameters[name]) ?? '') : formatNumber(Math.round(amount * 100) / 100);
  };
  const does = t(EDITS.get(operation) ?? 'mine.did.other', {
    degrees: value('degrees'),
    relative: value('relative_heading'),
    east: value('east'),
    north: value('north'),
    seconds: value('seconds'),
    visibility: parameters.visibility === undefined ? '' : visibilityText(value('visibility')),
  });
  return t('mine.did', { does, things: plural('mine.things', changes) });
}

function visibilityText(name: string): string {
  return name === 'logged-only' || name === 'owner-only' ? t(`edit.visibility.${name}`) : t('edit.visibility.anyone');
}

/** When a sequence was taken. */
export function whenText({ from, to }: OwnSequence): string {
  if (from === null) return t('mine.noTime');
  const [first, last] = [from.slice(0, 10), (to ?? from).slice(0, 10)];
  if (first === last) return formatDay(first, language(), 'long');
  return t('mine.fromTo', { from: formatDay(first, language(), 'medium'), to: formatDay(last, language(), 'medium') });
}

/** How long the track of a sequence is; none where there is none. */
export function lengthText(kilometres: number | null): string | null {
  if (kilometres === null || kilometres === 0) return null;
  if (kilometres < 1) return metres(kilometres * 1000);
  return t('mine.kilometres', { count: kilometres < 10 ? Math.round(kilometres * 10) / 10 : Math.round(kilometres) });
}
