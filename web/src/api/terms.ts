import { request } from './client';
import { ApiError } from './errors';
import { list, number, object, text } from './json';

/** What an account said of the terms of service. */
export interface Terms {
  /** Whether it agreed to them, in whatever version. */
  readonly accepted: boolean;
  /** Whether it read the latest version. */
  readonly changeRead: boolean;
}

/** What an account said of one version. */
export interface TermsAnswer {
  readonly version: number;
  /** ISO 8601. */
  readonly readAt: string | null;
  /** ISO 8601; null if it read them only. */
  readonly acceptedAt: string | null;
}

export interface TermsAnswers {
  /** The version in force. */
  readonly version: number;
  readonly answers: readonly TermsAnswer[];
}

/** What is said of the terms in the document of an account; null where there are none. */
export function parseTerms(raw: unknown): Terms | null {
  const { tos_accepted: accepted, tos_latest_change_read: read } = object(raw);
  return typeof accepted === 'boolean' ? { accepted, changeRead: read !== false } : null;
}

export function parseAnswers(raw: unknown): TermsAnswers {
  const { version, answers } = object(raw);
  return {
    version: number(version) ?? 0,
    answers: list(answers).flatMap((each) => {
      const answer = object(each);
      const version = number(answer.version);
      return version === null ? [] : [{ version, readAt: text(answer.read_at), acceptedAt: text(answer.accepted_at) }];
    }),
  };
}

/** Whether an upload was refused because its account did not agree to the terms of service. */
export function needsTerms(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'terms_not_accepted';
}

export async function getTerms(signal?: AbortSignal): Promise<Terms | null> {
  return parseTerms(await request('/users/me', { signal }));
}

export async function getAnswers(signal?: AbortSignal): Promise<TermsAnswers> {
  return parseAnswers(await request('/users/me/terms', { signal }));
}

/** Agrees to the version in force. */
export async function acceptTerms(): Promise<void> {
  await request('/users/me/accept_tos', { method: 'POST' });
}

/** Says that the version in force was read, no more. */
export async function readTerms(): Promise<void> {
  await request('/users/me/tos_read', { method: 'POST' });
}
