import { request, type RequestOptions } from './client';
import { ApiError } from './errors';

const PREFIX = 'flaneur.kept.';

function take(path: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + path) ?? 'null');
  } catch {
    return null;
  }
}

function keep(path: string, answer: unknown): void {
  try {
    localStorage.setItem(PREFIX + path, JSON.stringify(answer));
  } catch {
    // Without storage there is nothing without a network.
  }
}

/** Nothing of this is answered any more when the network is gone. */
export function forgetKept(path: string): void {
  try {
    localStorage.removeItem(PREFIX + path);
  } catch {
    // Then nothing was kept either.
  }
}

/**
 * Asks the API; without a network, answers what it answered last. For the little that pages need to be of use then: what the
 * server is set to, and who is signed in here. Never for pictures.
 *
 * @throws {ApiError} whatever else went wrong, and when nothing is kept.
 */
export async function requestKept(path: string, options: RequestOptions = {}): Promise<unknown> {
  try {
    const answer = await request(path, options);
    keep(path, answer);
    return answer;
  } catch (error) {
    const kept = error instanceof ApiError && error.kind === 'network' ? take(path) : null;
    if (kept === null) throw error;
    return kept;
  }
}
