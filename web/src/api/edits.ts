import { request } from './client';
import { linkOf, list, number, object, text } from './json';

/** Changing 20,000 pictures at once takes its time on a small machine, milliseconds. */
export const PATIENCE_MS = 180_000;

/** A key and a value that say what a picture shows. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

export type Visibility = 'anyone' | 'logged-only' | 'owner-only';
export const VISIBILITIES: readonly Visibility[] = ['anyone', 'logged-only', 'owner-only'];

/** What whoever is signed in may change of a picture, and what it is now. */
export interface Editable {
  /** The sequence that it is in. */
  readonly sequence: string | null;
  /** Names of what may be changed, as a patch has them; empty where nothing may. */
  readonly attributes: readonly string[];
  /** Degrees clockwise from north; none where nobody knows. */
  readonly heading: number | null;
  readonly visibility: Visibility;
  readonly tags: readonly Tag[];
}

/** What is to be changed. */
export interface Patch {
  readonly heading?: number;
  readonly visibility?: Visibility;
  readonly semantics?: readonly (Tag & { readonly action: 'add' | 'delete' })[];
}

/** One value that an edit changed. */
export interface ChangedValue {
  readonly field: string;
  readonly was: string;
  readonly became: string;
}

/** What an edit did to a picture. */
export interface PastEdit {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly who: string;
  readonly values: readonly ChangedValue[];
  /** Whether who is signed in can put it back. */
  readonly undoable: boolean;
}

function parseTags(raw: unknown): Tag[] {
  return list(raw).flatMap((each) => {
    const { key, value } = object(each);
    const [name, says] = [text(key), text(value)];
    return name === null || says === null ? [] : [{ key: name, value: says }];
  });
}

function tagsText(tags: readonly Tag[]): string {
  return tags.map(({ key, value }) => `${key}=${value}`).join(', ');
}

/** A picture's document, as far as editing goes. */
export function parseEditable(raw: unknown): Editable {
  const item = object(raw);
  const properties = object(item.properties);
  const edit = linkOf(item, 'edit');
  const known = properties['flaneur:heading_source'] !== 'none';
  const visibility = VISIBILITIES.find((each) => each === properties['geovisio:visibility']);
  return {
    sequence: text(item.collection),
    attributes: list(edit?.attributes).map(text).filter((name) => name !== null),
    heading: known ? number(properties['view:azimuth']) : null,
    visibility: visibility ?? 'anyone',
    tags: parseTags(properties.semantics),
  };
}

function valueText(field: string, value: unknown): string {
  if (field === 'semantics') return tagsText(parseTags(value));
  const amount = number(value);
  return amount === null ? (text(value) ?? '') : String(Math.round(amount * 1e6) / 1e6);
}

function parseValues(raw: unknown): ChangedValue[] {
  return list(raw).flatMap((each) => {
    const change = object(each);
    const [was, became] = [object(change.was), object(change.became)];
    if (change.annotation_id !== undefined) {
      const of = (marked: typeof was): string => tagsText(parseTags(marked.semantics));
      return [{ field: 'annotation', was: of(was), became: of(became) }];
    }
    return Object.keys(became).map((field) => ({
      field,
      was: valueText(field, was[field]),
      became: valueText(field, became[field]),
    }));
  });
}

/** A picture's history out of the API's answer, the latest first. */
export function parseHistory(raw: unknown): PastEdit[] {
  return list(object(raw).edits).flatMap((each) => {
    const edit = object(each);
    const [id, at] = [text(edit.id), text(edit.at)];
    if (id === null || at === null) return [];
    const undoable = linkOf(edit, 'undo') !== null;
    return [{ id, at, who: text(object(edit.account).name) ?? '', values: parseValues(edit.changes), undoable }];
  });
}

function address(picture: string): string {
  return `/pictures/${encodeURIComponent(picture)}`;
}

export async function editable(picture: string, signal?: AbortSignal): Promise<Editable> {
  return parseEditable(await request(address(picture), { signal }));
}

/** Changes a picture. Answers what it is then. */
export async function patch(picture: string, fields: Patch): Promise<Editable> {
  return parseEditable(await request(address(picture), { method: 'PATCH', body: fields }));
}

export async function historyOf(picture: string, signal?: AbortSignal): Promise<PastEdit[]> {
  return parseHistory(await request(`${address(picture)}/edits?limit=20`, { signal }));
}

/** Puts an edit back. Answers whether anything of it stays, because somebody changed it since. */
export async function undoEdit(edit: string): Promise<boolean> {
  const answer = object(await request(`/edits/${encodeURIComponent(edit)}/undo`, { method: 'POST', body: {}, timeoutMs: PATIENCE_MS }));
  return list(answer.kept).length > 0;
}
