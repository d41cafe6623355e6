/** Where one file stands. */
export type FileState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sending'; readonly share: number }
  | { readonly kind: 'retrying'; readonly delayMs: number }
  | { readonly kind: 'accepted'; readonly pictureId: string | null }
  | { readonly kind: 'duplicate'; readonly pictureId: string | null }
  | { readonly kind: 'refused'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'failed' };

/** What the server answered to one file. */
export interface SendResult {
  readonly status: number;
  readonly body: unknown;
  /** From `Retry-After`. */
  readonly retryAfterMs: number | null;
}

/** Sends one file; `onProgress` takes the share sent, 0 to 1. Rejects when no answer came. */
export type Send<T> = (file: T, onProgress: (share: number) => void, signal: AbortSignal) => Promise<SendResult>;

export interface Entry<T> {
  readonly file: T;
  state: FileState;
}

export interface QueueOptions<T> {
  readonly send: Send<T>;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1); spreads the retries of many clients. */
  readonly random: () => number;
  readonly onChange: (entry: Entry<T>) => void;
  readonly parallel?: number;
  readonly maxAttempts?: number;
}

/** Why a run came to its end. */
export type RunEnd = 'finished' | 'paused' | 'signedOut';

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;

/** Milliseconds to wait before the attempt after `attempt` (counted from 1): doubling, with up to half taken off. */
export function backOff(attempt: number, random: number, retryAfterMs: number | null): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  const spread = Math.round(full * (1 - random / 2));
  return Math.max(spread, Math.min(retryAfterMs ?? 0, LONGEST_DELAY_MS));
}

function idIn(body: unknown, ...path: string[]): string | null {
  let value = body;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return null;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === 'string' ? value : null;
}

function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/**
 * What an answer means for the file: a final state, `retry`, or `signedOut`.
 * `resent`: an earlier attempt may have reached the server although its answer was lost.
 */
export function judge(result: SendResult, resent: boolean): FileState | 'retry' | 'signedOut' {
  const { status, body } = result;
  if (status >= 200 && status < 300) return { kind: 'accepted', pictureId: idIn(body, 'picture_id') };
  if (status === 409) {
    const pictureId = idIn(body, 'existing_item', 'id');
    return { kind: resent ? 'accepted' : 'duplicate', pictureId };
  }
  if (status === 401) return 'signedOut';
  if (isPassing(status)) return 'retry';
  return { kind: 'refused', status, body };
}

/** Sends files a few at a time, tries again what failed for passing reasons, and can be paused. */
export class UploadQueue<T> {
  readonly entries: Entry<T>[];
  private abort = new AbortController();
  private running = false;
  private end: RunEnd = 'finished';
  /** Files whose earlier attempt may have arrived unknown to us. */
  private readonly uncertain = new Set<Entry<T>>();

  constructor(
    files: readonly T[],
    private readonly options: QueueOptions<T>,
  ) {
    this.entries = files.map((file) => ({ file, state: { kind: 'waiting' } }));
  }

  /** Works until nothing waits any more, or until paused or signed out. */
  async run(): Promise<RunEnd> {
    if (this.running) throw new Error('the queue is already running');
    this.running = true;
    this.end = 'finished';
    this.abort = new AbortController();
    const { signal } = this.abort;
    const lanes = Math.max(1, this.options.parallel ?? 2);
    await Promise.all(Array.from({ length: lanes }, () => this.lane(signal)));
    this.running = false;
    return this.end;
  }

  /** Stops what is under way; those files wait again. */
  pause(): void {
    this.stop('paused');
  }

  /** Lets the files wait again that could not be sent. */
  retryFailed(): void {
    for (const entry of this.entries) {
      if (entry.state.kind === 'failed') this.set(entry, { kind: 'waiting' });
    }
  }

  count(kind: FileState['kind']): number {
    return this.entries.filter((entry) => entry.state.kind === kind).length;
  }

  private stop(end: RunEnd): void {
    if (!this.running || this.abort.signal.aborted) return;
    this.end = end;
    this.abort.abort(new DOMException(end, 'AbortError'));
  }

  private set(entry: Entry<T>, state: FileState): void {
    entry.state = state;
    this.options.onChange(entry);
  }

  private async lane(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const entry = this.entries.find((candidate) => candidate.state.kind === 'waiting');
      if (entry === undefined) return;
      try {
        await this.deliver(entry, signal);
      } catch {
        // Nothing but a pause ends a delivery early.
        this.set(entry, { kind: 'waiting' });
      }
    }
  }

  private async deliver(entry: Entry<T>, signal: AbortSignal): Promise<void> {
    const maxAttempts = this.options.maxAttempts ?? 6;
    for (let attempt = 1; ; attempt += 1) {
      const resent = this.uncertain.has(entry);
      this.set(entry, { kind: 'sending', share: 0 });
      this.uncertain.add(entry);
      const result = await this.attempt(entry, signal);
      const verdict = result === null ? 'retry' : judge(result, resent);
      if (verdict === 'signedOut') {
        this.uncertain.delete(entry);
        this.set(entry, { kind: 'waiting' });
        this.stop('signedOut');
        return;
      }
      if (verdict !== 'retry') {
        this.set(entry, verdict);
        return;
      }
      if (attempt >= maxAttempts) {
        this.set(entry, { kind: 'failed' });
        return;
      }
      const delayMs = backOff(attempt, this.options.random(), result?.retryAfterMs ?? null);
      this.set(entry, { kind: 'retrying', delayMs });
      await this.options.wait(delayMs, signal);
    }
  }

  /** One attempt; null when no answer came. */
  private async attempt(entry: Entry<T>, signal: AbortSignal): Promise<SendResult | null> {
    try {
      return await this.options.send(
        entry.file,
        (share) => {
          if (!signal.aborted) this.set(entry, { kind: 'sending', share });
        },
        signal,
      );
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }
}
