/** Why a request came to nothing, in the few kinds that a person can act on. */
export type ErrorKind = 'network' | 'signedOut' | 'forbidden' | 'notFound' | 'refused' | 'busy' | 'server';

/** A request that failed. `detail` is the server's own sentence, where it gave one. */
export class ApiError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly status: number,
    readonly detail: string | null,
  ) {
    super(detail ?? kind);
    this.name = 'ApiError';
  }
}

export function kindOfStatus(status: number): ErrorKind {
  if (status === 401) return 'signedOut';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'notFound';
  if (status === 408 || status === 429) return 'busy';
  return status >= 500 ? 'server' : 'refused';
}
