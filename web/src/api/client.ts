import { ApiError, type FieldProblem, kindOfStatus } from './errors';
import { list, object, text } from './json';

const TIMEOUT_MS = 20_000;

export interface RequestOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as HTML instead. */
  readonly html?: string;
  /** Asks as somebody who is not signed in. */
  readonly anonymous?: boolean;
  /** How long the answer is waited for, where that is not the usual time. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The sentence in an error answer, if there is one. */
export function messageOf(body: unknown): string | null {
  const answer = object(body);
  return text(object(answer.details).error) ?? text(answer.message);
}

/** What an error answer says of single fields. */
export function problemsOf(body: unknown): FieldProblem[] {
  return list(object(body).details).flatMap((each) => {
    const problem = object(each);
    const says = text(problem.error);
    return says === null ? [] : [{ fields: list(problem.fields).map(text).filter((name) => name !== null), text: says }];
  });
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function answerOf(path: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const init: RequestInit = { method: options.method ?? 'GET', signal, credentials: 'same-origin' };
  if (options.anonymous === true) {
    init.credentials = 'omit';
    // What the browser keeps was answered to who is signed in.
    init.cache = 'no-store';
  }
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  if (options.html !== undefined) {
    init.body = options.html;
    init.headers = { 'Content-Type': 'text/html; charset=utf-8' };
  }
  let response: Response;
  try {
    response = await fetch(`/api${path}`, init);
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError('network', 0, null);
  }
  if (response.ok) return response;
  const body = await bodyOf(response);
  const reason = text(object(body).reason);
  throw new ApiError(kindOfStatus(response.status), response.status, messageOf(body), problemsOf(body), reason);
}

/**
 * Asks the API of this site. Answers the parsed JSON (null when there is none).
 *
 * @throws {ApiError} whatever went wrong, except when `signal` fired: then its reason.
 */
export async function request(path: string, options: RequestOptions = {}): Promise<unknown> {
  return bodyOf(await answerOf(path, options));
}

/**
 * Asks for a text as it stands.
 *
 * @throws {ApiError} as `request` does.
 */
export async function requestText(path: string, signal?: AbortSignal): Promise<string> {
  const response = await answerOf(path, { signal });
  try {
    return await response.text();
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError('network', 0, null);
  }
}
