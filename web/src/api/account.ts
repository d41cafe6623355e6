import { request } from './client';
import { object, text } from './json';
import { requestKept } from './kept';

export interface Account {
  readonly id: string;
  readonly name: string;
  /** Whether they decide about reports. */
  readonly moderates: boolean;
  /** Whether they write the pages of the site. */
  readonly editsPages: boolean;
  /** Whether they say where this instance takes no pictures. */
  readonly editsAreas: boolean;
}

function parse(raw: unknown): Account {
  const answer = object(raw);
  const id = text(answer.id) ?? '';
  // The answer to signing in is shorter, and says only whether they are an administrator.
  const may = (permission: string): boolean => object(answer.permissions)[permission] === true || answer.admin === true;
  return {
    id,
    name: text(answer.name) ?? id,
    moderates: may('can_check_reports'),
    editsPages: may('can_edit_pages'),
    editsAreas: may('can_edit_excluded_areas'),
  };
}

/** Where the signed-in account is told of. */
export const ACCOUNT = '/users/me';

/** Who is signed in; without a network, who was when there was one. */
export async function whoAmI(): Promise<Account> {
  return parse(await requestKept(ACCOUNT));
}

/** Opens a session with a token that the operator or the API handed out. */
export async function signInWith(token: string): Promise<Account> {
  return parse(await request('/auth/session', { method: 'POST', body: { token } }));
}

export async function redeemInvite(code: string): Promise<Account> {
  return parse(await request('/auth/invites/redeem', { method: 'POST', body: { code } }));
}

/**
 * Ends the session. Answers where to go on to sign out, too, if there is such a place; it leads back to `next`, a page of
 * this site.
 */
export async function endSession(next: string): Promise<string | null> {
  const answer = await request(`/auth/session?next_url=${encodeURIComponent(next)}`, { method: 'DELETE' });
  return text(object(answer).continue);
}

/**
 * Erases the signed-in account with everything that it sent; `name` is its name, which shows that it is meant. The server
 * takes the session away, too.
 */
export async function eraseAccount(name: string): Promise<void> {
  await request(`${ACCOUNT}?name=${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/** Where the archive of all that the signed-in account has comes from. */
export function takeoutAddress(withPictures: boolean): string {
  return withPictures ? '/api/users/me/takeout' : '/api/users/me/takeout?pictures=false';
}

/** Finds out whether that archive would be made now. */
export async function checkTakeout(withPictures: boolean): Promise<void> {
  await request(takeoutAddress(withPictures).slice('/api'.length), { method: 'HEAD' });
}

/** Lets the program that made the token act for the signed-in account. */
export async function claimToken(id: string): Promise<void> {
  await request(`/auth/tokens/${encodeURIComponent(id)}/claim`, { method: 'POST' });
}
