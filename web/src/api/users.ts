import { request } from './client';
import { list, object, text } from './json';

/** Somebody who has pictures here. */
export interface User {
  readonly id: string;
  readonly name: string;
}

function parseUser(raw: unknown): User[] {
  const { id, name } = object(raw);
  const [key, called] = [text(id), text(name)];
  return key === null || called === null ? [] : [{ id: key, name: called }];
}

/** Those in whose names a text is, exact matches first. */
export async function searchUsers(part: string, signal?: AbortSignal): Promise<User[]> {
  const answer = await request(`/users/search?limit=10&q=${encodeURIComponent(part)}`, { signal });
  return list(object(answer).features).flatMap(parseUser);
}

/**
 * Who an account is.
 *
 * @throws {ApiError} when there is none of this id, too.
 */
export async function userById(id: string, signal?: AbortSignal): Promise<User | null> {
  return parseUser(await request(`/users/${encodeURIComponent(id)}`, { signal }))[0] ?? null;
}
