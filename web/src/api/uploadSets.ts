import { request } from './client';
import { list, number, object, text } from './json';

export interface ItemCounts {
  readonly prepared: number;
  readonly preparing: number;
  readonly broken: number;
  readonly rejected: number;
  readonly notProcessed: number;
}

/** What an upload says of the use of its pictures; what it leaves out, its account says. */
export interface UploadCredit {
  /** SPDX id of what they are published under. */
  readonly license?: string;
  /** Whom others are to name. */
  readonly attribution?: string;
}

export interface UploadOptions extends UploadCredit {
  /** Degrees between travel and view that all of its pictures are to have, whatever the cameras say. */
  readonly relative_heading?: number;
}

export interface UploadSet {
  readonly id: string;
  readonly title: string;
  /** SPDX id of what its pictures are published under. */
  readonly licence: string | null;
  /** Whom others are to name, if not the account. */
  readonly attribution: string | null;
  /** Degrees between travel and view that all of its pictures have; null where the cameras are believed. */
  readonly relativeHeading: number | null;
  readonly completed: boolean;
  readonly ready: boolean;
  readonly counts: ItemCounts;
  /** Ids of the sequences that the pictures were put in. */
  readonly sequences: readonly string[];
}

/** The one state that a file is in, as the server names it. */
export const FILE_STATES = ['waiting', 'ready', 'published', 'hidden', 'duplicate', 'broken', 'refused', 'deleted'] as const;
export type ToldState = (typeof FILE_STATES)[number];

/** What the server says of one file of an upload set. */
export interface UploadedFile {
  readonly name: string;
  /** Bytes; null if they were not read. */
  readonly size: number | null;
  readonly pictureId: string | null;
  /** `unknown` for what a newer server may say; then `message` tells. */
  readonly state: ToldState | 'unknown';
  /** The server's own sentence: why, and what to do. */
  readonly message: string | null;
  /** When the state last changed, milliseconds since 1970; null if not told. */
  readonly changedAt: number | null;
  readonly rejected: {
    readonly reason: string;
    readonly message: string | null;
    /** `location`, `datetime`: what the file lacks. */
    readonly missing: readonly unknown[];
    /** The picture that is nearly the same. */
    readonly duplicateOf: string | null;
  } | null;
  /** What was dropped of a file that was taken, and what is doubtful. */
  readonly notices: readonly FileNotice[];
}

/** Something told of a file that was taken. */
export interface FileNotice {
  readonly reason: string;
  /** The server's own sentence. */
  readonly message: string;
}

function parseSet(raw: unknown): UploadSet {
  const answer = object(raw);
  const counts = object(answer.items_status);
  const count = (name: string): number => number(counts[name]) ?? 0;
  return {
    id: text(answer.id) ?? '',
    title: text(answer.title) ?? '',
    licence: text(answer.license),
    attribution: text(answer.attribution),
    relativeHeading: number(answer.relative_heading),
    completed: answer.completed === true,
    ready: answer.ready === true,
    counts: {
      prepared: count('prepared'),
      preparing: count('preparing'),
      broken: count('broken'),
      rejected: count('rejected'),
      notProcessed: count('not_processed'),
    },
    sequences: list(answer.associated_collections)
      .map((sequence) => text(object(sequence).id))
      .filter((id) => id !== null),
  };
}

export function parseFile(raw: unknown): UploadedFile {
  const file = object(raw);
  const rejected = object(file.rejected);
  const details = object(rejected.details);
  const reason = text(rejected.reason);
  const changed = Date.parse(text(file.changed_at) ?? text(file.inserted_at) ?? '');
  return {
    name: text(file.file_name) ?? '',
    size: number(file.size),
    pictureId: text(file.picture_id),
    state: FILE_STATES.find((state) => state === file.state) ?? 'unknown',
    message: text(file.message),
    changedAt: Number.isNaN(changed) ? null : changed,
    rejected:
      reason === null
        ? null
        : {
            reason,
            message: text(rejected.message),
            missing: list(details.missing_fields),
            duplicateOf: text(details.duplicate_of),
          },
    notices: list(file.notices).flatMap((raw) => {
      const notice = object(raw);
      const [why, message] = [text(notice.reason), text(notice.message)];
      return why === null || message === null ? [] : [{ reason: why, message }];
    }),
  };
}

export async function createUploadSet(
  title: string,
  files: number,
  options: UploadOptions,
  signal?: AbortSignal,
): Promise<UploadSet> {
  const body = { title, estimated_nb_files: files, ...options };
  return parseSet(await request('/upload_sets', { method: 'POST', body, signal }));
}

export async function completeUploadSet(id: string, signal?: AbortSignal): Promise<void> {
  await request(`/upload_sets/${encodeURIComponent(id)}/complete`, { method: 'POST', signal });
}

export async function getUploadSet(id: string, signal?: AbortSignal): Promise<UploadSet> {
  return parseSet(await request(`/upload_sets/${encodeURIComponent(id)}`, { signal }));
}

/** Deletes a set with all its pictures. */
export async function deleteUploadSet(id: string, signal?: AbortSignal): Promise<void> {
  await request(`/upload_sets/${encodeURIComponent(id)}`, { method: 'DELETE', signal });
}

/** A part of the set's list of files, in the order in which they came. */
export async function getUploadedFiles(
  id: string,
  offset: number,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly UploadedFile[]> {
  const path = `/upload_sets/${encodeURIComponent(id)}/files?offset=${offset}&limit=${limit}`;
  return list(object(await request(path, { signal })).files).map(parseFile);
}
