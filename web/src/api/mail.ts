import { request } from './client';
import { object, text } from './json';

/** Where an account is written to. */
export interface Mail {
  /** Null where nothing was given. */
  readonly address: string | null;
  /** ISO 8601; null: nothing but the link that confirms the address is sent there. */
  readonly confirmedAt: string | null;
  /** Whether the server sends mails. */
  readonly offered: boolean;
}

export function parseMail(raw: unknown): Mail {
  const { address, confirmed_at: confirmedAt, offered } = object(raw);
  return { address: text(address), confirmedAt: text(confirmedAt), offered: offered === true };
}

export async function getMail(signal?: AbortSignal): Promise<Mail> {
  return parseMail(await request('/users/me/mail', { signal }));
}

/** Has a link mailed to an address that confirms it. */
export async function giveAddress(address: string): Promise<Mail> {
  return parseMail(await request('/users/me/mail', { method: 'PUT', body: { address } }));
}

export async function dropAddress(): Promise<void> {
  await request('/users/me/mail', { method: 'DELETE' });
}

/** Says by the key of a mailed link that mails may go there, or that they may not. */
export async function answerLink(key: string, wanted: boolean): Promise<Mail> {
  return parseMail(await request(`/auth/mail/${wanted ? 'confirm' : 'refuse'}`, { method: 'POST', body: { key } }));
}
