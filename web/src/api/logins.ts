import { httpUrl } from '../lib/urls';
import { request } from './client';
import { list, object, text } from './json';

/** An account elsewhere with which one signs in here. */
export interface Login {
  readonly id: string;
  /** One of the configuration's providers; none where people no longer sign in with such an account. */
  readonly provider: string | null;
  /** What tells the place from others: an address. */
  readonly issuer: string;
  /** What one is called there. */
  readonly name: string | null;
  /** ISO 8601. */
  readonly usedAt: string | null;
}

function parseLogin(raw: unknown): Login[] {
  const login = object(raw);
  const id = text(login.id);
  if (id === null) return [];
  const issuer = text(login.issuer) ?? '';
  return [{ id, provider: text(login.provider), issuer, name: text(login.name), usedAt: text(login.used_at) }];
}

/** One's logins out of the API's answer. */
export function parseLogins(raw: unknown): readonly Login[] {
  return list(raw).flatMap(parseLogin);
}

export async function listLogins(signal?: AbortSignal): Promise<readonly Login[]> {
  return parseLogins(await request('/users/me/logins', { signal }));
}

/** Begins to connect an account elsewhere; answers where the browser has to go, to come back to `next`. */
export async function connectLogin(provider: string, next: string): Promise<string> {
  const answer = await request('/users/me/logins', { method: 'POST', body: { provider, next_url: next } });
  const location = httpUrl(object(answer).location);
  if (location === null) throw new TypeError('the answer says nowhere to go');
  return location;
}

export async function disconnectLogin(id: string): Promise<void> {
  await request(`/users/me/logins/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
