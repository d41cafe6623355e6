import { request } from './client';
import { list, number, object, text } from './json';

const STATES = ['waiting', 'running', 'finished', 'failed'] as const;
export type TransferState = (typeof STATES)[number];

/** A sequence of another server that is brought here. */
export interface Transfer {
  readonly id: string;
  readonly state: TransferState;
  /** Its address there. */
  readonly location: string;
  /** ISO 8601. */
  readonly askedAt: string;
  /** Id of the sequence here; null as long as there is none. */
  readonly sequence: string | null;
  /** Whether all that came is shown. Not any more if it was deleted since. */
  readonly ready: boolean;
  /** Pictures to bring; 0 while nobody knows. */
  readonly total: number;
  /** Pictures that came. */
  readonly come: number;
  /** Why it failed, or what was left out. */
  readonly message: string | null;
}

/** Whether more may come. */
export function isUnderWay({ state }: Transfer): boolean {
  return state === 'waiting' || state === 'running';
}

/** Nothing takes as long as this to be shown: what is not shown then was deleted. */
const LONGEST_PREPARATION_MS = 24 * 3600 * 1000;

/** Whether all came that comes, but is still to be blurred before it is shown. */
export function isPreparing(transfer: Transfer, now = Date.now()): boolean {
  const { come, ready, askedAt } = transfer;
  return !isUnderWay(transfer) && come > 0 && !ready && now - Date.parse(askedAt) < LONGEST_PREPARATION_MS;
}

function parseTransfer(raw: unknown): Transfer[] {
  const answer = object(raw);
  const collection = object(answer.collection);
  const id = text(answer.id);
  if (id === null) return [];
  const count = (name: string): number => Math.max(0, number(collection[name]) ?? 0);
  const come = count('nb_transfered_items');
  return [
    {
      id,
      state: STATES.find((state) => state === answer.status) ?? 'waiting',
      location: text(answer.collection_location) ?? '',
      askedAt: text(answer.created_at) ?? '',
      sequence: text(collection.id),
      ready: collection.status === 'ready',
      total: Math.max(come, count('nb_items_to_transfer')),
      come,
      message: text(answer.message),
    },
  ];
}

/** One's transfers out of the API's answer, the newest first. */
export function parseTransfers(raw: unknown): readonly Transfer[] {
  return list(object(raw).transfers).flatMap(parseTransfer);
}

export async function listTransfers(signal?: AbortSignal): Promise<readonly Transfer[]> {
  return parseTransfers(await request('/users/me/transfers?show_all=true', { signal }));
}

/** Asks to bring the sequence at an address of another server's API. Answers the transfer's id, an earlier one's if there is one. */
export async function beginTransfer(location: string): Promise<string | null> {
  const answer = await request('/transfers', { method: 'POST', body: { collection_location: location } });
  return text(object(answer).id);
}

/** Gives up what is under way. What came stays. */
export async function stopTransfer(id: string): Promise<void> {
  await request(`/transfers/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
