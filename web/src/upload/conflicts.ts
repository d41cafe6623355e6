import { object, text } from '../api/json';

/**
 * What is there already: the same bytes in this set, or in an earlier one; another file of the same name in this set;
 * another picture with the id that was chosen.
 */
export type Conflict = 'inSet' | 'elsewhere' | 'nameTaken' | 'idTaken';

/** The sentences by which clients of the API tell these apart; there is nothing else that does. */
const SENTENCES: readonly (readonly [string, Conflict])[] = [
  ['The item has already been added to this upload set', 'inSet'],
  ['The same picture has already been sent in a past upload', 'elsewhere'],
  ['A different picture with the same name has already been added', 'nameTaken'],
  ['There is another picture with this `picture_id`', 'idTaken'],
];

/** What an answer says is in the way; null if nothing. To tus the server says 422 where it says 409 to a form. */
export function conflictOf(status: number, body: unknown): Conflict | null {
  if (status !== 409 && status !== 422) return null;
  const message = text(object(body).message) ?? '';
  return SENTENCES.find(([sentence]) => message.startsWith(sentence))?.[1] ?? null;
}
