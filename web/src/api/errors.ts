/** Why a request came to nothing, in the few kinds that a person can act on. */
export type ErrorKind = 'network' | 'signedOut' | 'forbidden' | 'notFound' | 'refused' | 'busy' | 'server';

/** What is wrong with some of the fields that were sent. */
export interface FieldProblem {
  readonly fields: readonly string[];
  readonly text: string;
}

/**
 * A request that failed. `detail` is the server's own sentence, where it gave one; `problems` which fields it is about;
 * `reason` the name of what stands in the way.
 */
export class ApiError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly status: number,
    readonly detail: string | null,
    readonly problems: readonly FieldProblem[] = [],
    readonly reason: string | null = null,
  ) {
    super(detail ?? kind);
    this.name = 'ApiError';
  }
}

/** Whether it is about something that is not there, or not for whoever asks. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.kind === 'notFound';
}

/** Waits for what takes something away: what is gone already is no failure. */
export async function evenIfGone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

export function kindOfStatus(status: number): ErrorKind {
  if (status === 401) return 'signedOut';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'notFound';
  if (status === 408 || status === 429) return 'busy';
  return status >= 500 ? 'server' : 'refused';
}
