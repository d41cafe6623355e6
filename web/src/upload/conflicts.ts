import { object, text } from '../api/json';

/**
 * What is there already: the same bytes in this set, or in an earlier one; another file of the same name in this set;
 * another picture with the id that was chosen.
 */
export type Conflict = 'inSet' | 'elsewhere' | 'nameTaken' | 'idTaken';

const REASONS: Readonly<Record<string, Conflict>> = {
  duplicate_in_set: 'inSet',
  duplicate: 'elsewhere',
  name_taken: 'nameTaken',
  id_taken: 'idTaken',
};

/** Why the server refused something, in its one word; empty if it gave none. */
export function refusedFor(body: unknown): string {
  return text(object(body).reason) ?? '';
}

/** What an answer says is in the way; null if nothing. */
export function conflictOf(body: unknown): Conflict | null {
  return REASONS[refusedFor(body)] ?? null;
}
