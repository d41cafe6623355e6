import { request } from './client';
import { list, number, object, text } from './json';

/** In pixels of the upright picture at full resolution: a box (left, top, right, bottom) or a polygon's corners. */
export type Region =
  | { readonly box: readonly [number, number, number, number] }
  | { readonly polygon: readonly (readonly [number, number])[] };

export type RedactionState = 'asked' | 'done' | 'undone' | 'refused';
export type RegionClass = 'face' | 'plate' | 'other';

/** A request to undo a redaction. */
export interface Undo {
  readonly state: 'asked' | 'done' | 'rejected';
  /** What whoever holds the key said of it. */
  readonly answer: string | null;
}

/** Regions of a picture that are, or are to be, blurred together. */
export interface Redaction {
  readonly id: string;
  /** Whether somebody drew it; else a model found it. */
  readonly drawn: boolean;
  readonly class: RegionClass;
  readonly regions: readonly Region[];
  readonly state: RedactionState;
  /** Why it was refused. */
  readonly message: string | null;
  /** Whether what was there is kept, under the operator's key. */
  readonly undoable: boolean;
  readonly undo: Undo | null;
}

/** What is blurred in a picture, with its size at full resolution. */
export interface Redactions {
  readonly width: number;
  readonly height: number;
  readonly redactions: readonly Redaction[];
}

const STATES: readonly RedactionState[] = ['asked', 'done', 'undone', 'refused'];
const UNDO_STATES: readonly Undo['state'][] = ['asked', 'done', 'rejected'];

function parseRegion(raw: unknown): Region | null {
  const region = object(raw);
  const [left, top, right, bottom] = list(region.box).map(number);
  if (left != null && top != null && right != null && bottom != null) return { box: [left, top, right, bottom] };
  const corners = list(region.polygon).map((corner) => list(corner).map(number));
  const polygon = corners.flatMap(([x, y]) => (x == null || y == null ? [] : [[x, y] as const]));
  return polygon.length < 3 ? null : { polygon };
}

function parseUndo(raw: unknown): Undo | null {
  const undo = object(raw);
  const state = UNDO_STATES.find((each) => each === undo.state);
  return state === undefined ? null : { state, answer: text(undo.answer) };
}

function parseRedaction(raw: unknown): Redaction | null {
  const redaction = object(raw);
  const id = text(redaction.id);
  const state = STATES.find((each) => each === redaction.state);
  if (id === null || state === undefined) return null;
  const { class: kind } = redaction;
  return {
    id,
    drawn: redaction.origin === 'drawn',
    class: kind === 'face' || kind === 'plate' ? kind : 'other',
    regions: list(redaction.regions).map(parseRegion).filter((region) => region !== null),
    state,
    message: text(redaction.message),
    undoable: redaction.undoable === true,
    undo: parseUndo(redaction.undo),
  };
}

/** What is blurred in a picture, out of the API's answer. */
export function parseRedactions(raw: unknown): Redactions {
  const answer = object(raw);
  return {
    width: number(answer.width) ?? 0,
    height: number(answer.height) ?? 0,
    redactions: list(answer.redactions).map(parseRedaction).filter((redaction) => redaction !== null),
  };
}

function address(picture: string): string {
  return `/pictures/${encodeURIComponent(picture)}/redactions`;
}

/** Whether who is signed in may blur something in a picture, as its document says. */
export async function mayRedact(picture: string, signal?: AbortSignal): Promise<boolean> {
  const item = object(await request(`/pictures/${encodeURIComponent(picture)}`, { signal }));
  return list(item.links).some((link) => object(link).rel === 'redactions');
}

export async function redactionsOf(picture: string, signal?: AbortSignal): Promise<Redactions> {
  return parseRedactions(await request(address(picture), { signal }));
}

/** Asks for regions to be blurred. Answers the redaction's id. */
export async function redact(picture: string, regions: readonly Region[]): Promise<string> {
  return text(object(await request(address(picture), { method: 'POST', body: { regions } })).id) ?? '';
}

/** Asks whoever holds the operator's key to undo a redaction. */
export async function askUndo(picture: string, redaction: string, reason: string): Promise<void> {
  const path = `${address(picture)}/${encodeURIComponent(redaction)}/undo`;
  await request(path, { method: 'POST', body: { reason } });
}
