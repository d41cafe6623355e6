import { request } from './client';
import { list, number, object, text } from './json';

export interface ItemCounts {
  readonly prepared: number;
  readonly preparing: number;
  readonly broken: number;
  readonly rejected: number;
  readonly notProcessed: number;
}

export interface UploadSet {
  readonly id: string;
  readonly completed: boolean;
  readonly ready: boolean;
  readonly counts: ItemCounts;
  /** Ids of the sequences that the pictures were put in. */
  readonly sequences: readonly string[];
}

/** What became of one file of an upload set. */
export interface UploadedFile {
  readonly name: string;
  readonly pictureId: string | null;
  readonly rejected: { readonly reason: string; readonly message: string | null } | null;
}

function parseSet(raw: unknown): UploadSet {
  const answer = object(raw);
  const counts = object(answer.items_status);
  const count = (name: string): number => number(counts[name]) ?? 0;
  return {
    id: text(answer.id) ?? '',
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

function parseFile(raw: unknown): UploadedFile {
  const file = object(raw);
  const rejected = object(file.rejected);
  const reason = text(rejected.reason);
  return {
    name: text(file.file_name) ?? '',
    pictureId: text(file.picture_id),
    rejected: reason === null ? null : { reason, message: text(rejected.message) },
  };
}

export async function createUploadSet(title: string, files: number, signal?: AbortSignal): Promise<UploadSet> {
  const body = { title, estimated_nb_files: files };
  return parseSet(await request('/upload_sets', { method: 'POST', body, signal }));
}

export async function completeUploadSet(id: string, signal?: AbortSignal): Promise<void> {
  await request(`/upload_sets/${encodeURIComponent(id)}/complete`, { method: 'POST', signal });
}

export async function getUploadSet(id: string, signal?: AbortSignal): Promise<UploadSet> {
  return parseSet(await request(`/upload_sets/${encodeURIComponent(id)}`, { signal }));
}

export async function getUploadedFiles(id: string, signal?: AbortSignal): Promise<readonly UploadedFile[]> {
  const answer = await request(`/upload_sets/${encodeURIComponent(id)}/files`, { signal });
  return list(object(answer).files).map(parseFile);
}
