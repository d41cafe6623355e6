import { list, object, text } from '../api/json';
import { conflictOf } from './conflicts';

/** Where one file stands. */
export type FileState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sending'; readonly share: number }
  | { readonly kind: 'retrying'; readonly delayMs: number }
  | { readonly kind: 'accepted'; readonly pictureId: string | null }
  | { readonly kind: 'duplicate'; readonly pictureId: string | null; readonly inSet: boolean }
  | { readonly kind: 'refused'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'failed'; readonly why: Failure };

/** Why a file was given up: the server had trouble with it, gave no answer, or the file is not what was chosen any more. */
export type Failure = 'server' | 'connection' | 'unreadable';

/** Thrown by a `Send` when the file itself cannot be read. */
export class Unreadable extends Error {}

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
  /** Share that is known to have been sent, 0 to 1: where the next attempt goes on. */
  reached: number;
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
/** Attempts without an answer in a row, some six minutes: a train is longer in a tunnel than a server in trouble. */
const MAX_UNANSWERED = 12;

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
  return [408, 423, 425, 429].includes(status) || status >= 500;
}

/** Which picture is there instead, by the server's answer to a file that it has already; undefined if that is not what it says. */
function duplicateOf(body: unknown): string | null | undefined {
  const conflict = conflictOf(body);
  if (conflict !== 'inSet' && conflict !== 'elsewhere') return undefined;
  const sets = list(object(body).upload_sets).map((set) => text(object(set).existing_item_id));
  return idIn(body, 'existing_item', 'id') ?? idIn(body, 'existing_picture', 'id') ?? sets[0] ?? null;
}

/**
 * What an answer means for the file: a final state, `retry`, or `signedOut`.
 * `resent`: an earlier attempt may have reached the server although its answer was lost.
 */
export function judge(result: SendResult, resent: boolean): FileState | 'retry' | 'signedOut' {
  const { status, body } = result;
  if (status >= 200 && status < 300) return { kind: 'accepted', pictureId: idIn(body, 'picture_id') };
  const pictureId = duplicateOf(body);
  if (pictureId !== undefined) {
    const own = resent && conflictOf(body) === 'inSet';
    return own ? { kind: 'accepted', pictureId } : { kind: 'duplicate', pictureId, inSet: conflictOf(body) === 'inSet' };
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
    this.entries = files.map((file) => ({ file, state: { kind: 'waiting' }, reached: 0 }));
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
    let [attempt, unanswered, furthest] = [0, 0, entry.reached];
    for (;;) {
      const resent = this.uncertain.has(entry);
      this.set(entry, { kind: 'sending', share: entry.reached });
      this.uncertain.add(entry);
      const result = await this.attempt(entry, signal);
      if (result === 'unreadable') {
        this.set(entry, { kind: 'failed', why: 'unreadable' });
        return;
      }
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
      attempt += 1;
      unanswered = result === null ? unanswered + 1 : 0;
      if (entry.reached > furthest && entry.reached < 1) {
        // It got on: a line that breaks every minute is slow, not hopeless.
        [attempt, unanswered, furthest] = [1, result === null ? 1 : 0, entry.reached];
      }
      if (unanswered >= MAX_UNANSWERED || (result !== null && attempt >= maxAttempts)) {
        this.set(entry, { kind: 'failed', why: result === null ? 'connection' : 'server' });
        return;
      }
      const delayMs = backOff(attempt, this.options.random(), result?.retryAfterMs ?? null);
      this.set(entry, { kind: 'retrying', delayMs });
      await this.options.wait(delayMs, signal);
    }
  }

  /** One attempt; null when no answer came. */
  private async attempt(entry: Entry<T>, signal: AbortSignal): Promise<SendResult | 'unreadable' | null> {
    try {
      return await this.options.send(
        entry.file,
        (share) => {
          if (signal.aborted) return;
          entry.reached = share;
          this.set(entry, { kind: 'sending', share });
        },
        signal,
      );
    } catch (error) {
      if (signal.aborted) throw error;
      return error instanceof Unreadable ? 'unreadable' : null;
    }
  }
}
