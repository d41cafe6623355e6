import type { Place } from '../lib/geometry';
import { request } from './client';
import { PATIENCE_MS, VISIBILITIES, type Visibility } from './edits';
import { type Json, linkOf, list, number, object, text } from './json';

/** What is to be done to many pictures, as the API has it. */
export type Operation =
  | { readonly turn: { readonly degrees: number } }
  | { readonly follow_track: { readonly relative_heading: number } }
  | { readonly shift: { readonly east: number; readonly north: number } }
  | { readonly retime: { readonly seconds: number } }
  | { readonly retrack: { readonly gpx: string; readonly clock_ahead: number; readonly max_gap: number } }
  | { readonly level: { readonly pitch: number; readonly roll: number } }
  | { readonly show: { readonly visibility: Visibility } }
  | { readonly license: { readonly license?: string; readonly attribution?: string } };

/** Values of a picture before or after an edit; what the edit leaves alone is missing. */
export interface Values {
  readonly place?: Place;
  /** Null where nobody knows. */
  readonly heading?: number | null;
  /** Local date and time with its offset, ISO 8601. */
  readonly takenAt?: string;
  readonly visibility?: Visibility;
}

export interface Change {
  readonly picture: string;
  readonly was: Values;
  readonly became: Values;
}

/** What an edit changes, or would change. */
export interface Outcome {
  readonly changes: readonly Change[];
  /** How many pictures are that way already. */
  readonly unchanged: number;
  /** The edit that was made; null as long as none was. */
  readonly edit: string | null;
}

/** An edit of one's own, whatever it was about. */
export interface OwnEdit {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** Name of what was done, as the API has it, and what goes with it. */
  readonly operation: string;
  readonly parameters: Json;
  readonly changes: number;
  readonly undoable: boolean;
  /** Whether it was put back since. */
  readonly undone: boolean;
}

function parseValues(raw: unknown): Values {
  const values = object(raw);
  const [lon, lat] = [number(values.longitude), number(values.latitude)];
  const takenAt = text(values.capture_time);
  const visibility = VISIBILITIES.find((each) => each === values.visibility);
  return {
    ...(lon === null || lat === null ? {} : { place: { lon, lat } }),
    ...('heading' in values ? { heading: number(values.heading) } : {}),
    ...(takenAt === null ? {} : { takenAt }),
    ...(visibility === undefined ? {} : { visibility }),
  };
}

/** What an edit of many pictures did or would do, out of the API's answer. */
export function parseOutcome(raw: unknown): Outcome {
  const answer = object(raw);
  return {
    changes: list(answer.changes).flatMap((each) => {
      const change = object(each);
      const picture = text(change.picture_id);
      return picture === null ? [] : [{ picture, was: parseValues(change.was), became: parseValues(change.became) }];
    }),
    unchanged: number(answer.unchanged_count) ?? 0,
    edit: text(answer.id),
  };
}

/** Does something to pictures, or only tells what that would change. */
export async function editMany(
  pictures: readonly string[],
  operation: Operation,
  preview: boolean,
  signal?: AbortSignal,
): Promise<Outcome> {
  const body = { pictures, operation, preview };
  return parseOutcome(await request('/edits', { method: 'POST', body, signal, timeoutMs: PATIENCE_MS }));
}

/** One's latest edits out of the API's answer. */
export function parseOwnEdits(raw: unknown): OwnEdit[] {
  return list(object(raw).edits).flatMap((each) => {
    const edit = object(each);
    const [id, at] = [text(edit.id), text(edit.at)];
    if (id === null || at === null) return [];
    const [[operation, parameters] = ['', {}]] = Object.entries(object(edit.operation));
    return [
      {
        id,
        at,
        operation,
        parameters: object(parameters),
        changes: number(edit.changes_count) ?? 0,
        undoable: linkOf(edit, 'undo') !== null,
        undone: text(edit.undone_by) !== null,
      },
    ];
  });
}

export async function ownEdits(limit: number, signal?: AbortSignal): Promise<readonly OwnEdit[]> {
  return parseOwnEdits(await request(`/users/me/edits?limit=${limit}`, { signal }));
}
