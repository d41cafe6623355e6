import { request } from './client';
import { list, object, text } from './json';

export const SCOPES = ['read', 'upload', 'edit', 'annotate', 'moderate'] as const;
/** What a token may be restricted to. */
export type Scope = (typeof SCOPES)[number];

/** What lets a program act for an account. */
export interface Token {
  readonly id: string;
  readonly description: string | null;
  /** ISO 8601. */
  readonly madeAt: string;
  /** ISO 8601; none where it never expires. */
  readonly expiresAt: string | null;
  /** None where it may do everything that its account may. */
  readonly scopes: readonly Scope[] | null;
}

/** A token, and the secret that its program sends along. */
export interface MadeToken extends Token {
  readonly secret: string;
}

export interface NewToken {
  readonly description: string;
  readonly expiresAt: Date | null;
  readonly scopes: readonly Scope[] | null;
}

/** A token out of the API's answer, or null when it says too little. */
export function parseToken(raw: unknown): Token | null {
  const token = object(raw);
  const [id, madeAt] = [text(token.id), text(token.generated_at)];
  if (id === null || madeAt === null) return null;
  const { scopes } = token;
  return {
    id,
    description: text(token.description),
    madeAt,
    expiresAt: text(token.expires_at),
    // Every token may read.
    scopes: Array.isArray(scopes) ? SCOPES.filter((scope) => scope === 'read' || scopes.includes(scope)) : null,
  };
}

/** One's tokens out of the API's answer, the latest first. */
export function parseTokens(raw: unknown): readonly Token[] {
  const tokens = list(raw).map(parseToken).filter((token) => token !== null);
  return tokens.sort((one, other) => other.madeAt.localeCompare(one.madeAt));
}

export function hasExpired({ expiresAt }: Token, now: Date): boolean {
  return expiresAt !== null && new Date(expiresAt) <= now;
}

/** Whether it signs its account in: one that may do less than everything does not. */
export function signsIn(token: Token, now: Date): boolean {
  return token.scopes === null && !hasExpired(token, now);
}

/** What to send to get such a token. */
export function tokenBody({ description, expiresAt, scopes }: NewToken): Record<string, unknown> {
  return {
    description,
    ...(expiresAt === null ? {} : { expires_at: expiresAt.toISOString() }),
    ...(scopes === null ? {} : { scopes }),
  };
}

export async function listTokens(signal?: AbortSignal): Promise<readonly Token[]> {
  return parseTokens(await request('/users/me/tokens', { signal }));
}

/** What a program asks for that waits to act for somebody. */
export async function askedFor(id: string): Promise<Token> {
  const token = parseToken(await request(`/auth/tokens/${encodeURIComponent(id)}`));
  if (token === null) throw new TypeError('the answer is no token');
  return token;
}

export async function makeToken(wanted: NewToken): Promise<MadeToken> {
  const answer = await request('/users/me/tokens', { method: 'POST', body: tokenBody(wanted) });
  const [token, secret] = [parseToken(answer), text(object(answer).jwt_token)];
  if (token === null || secret === null) throw new TypeError('the answer is no token');
  return { ...token, secret };
}

export async function revokeToken(id: string): Promise<void> {
  await request(`/users/me/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
