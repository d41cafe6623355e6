import { ApiError } from '../api/errors';
import { completeUploadSet, getUploadSet, type UploadSet } from '../api/uploadSets';

const FIRST_POLL_MS = 1000;
const SLOWEST_POLL_MS = 10_000;

export interface PublishingOptions {
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** Called after every look, and with null when the server could not be reached. */
  readonly onLook: (set: UploadSet | null) => void;
}

function isPassing(error: unknown): boolean {
  return error instanceof ApiError && ['network', 'busy', 'server'].includes(error.kind);
}

/** Runs `step` until it succeeds or fails for good, more and more patiently. */
async function persist<T>(step: () => Promise<T>, options: PublishingOptions): Promise<T> {
  for (let delay = FIRST_POLL_MS; ; delay = Math.min(SLOWEST_POLL_MS, delay * 2)) {
    try {
      return await step();
    } catch (error) {
      if (options.signal.aborted || !isPassing(error)) throw error;
      options.onLook(null);
      await options.wait(delay, options.signal);
    }
  }
}

/** Says that every file was sent, and waits until the server has published what it can. */
export async function publish(id: string, options: PublishingOptions): Promise<UploadSet> {
  const { signal } = options;
  const before = await persist(() => getUploadSet(id, signal), options);
  if (!before.completed) await persist(() => completeUploadSet(id, signal), options);
  for (let delay = FIRST_POLL_MS; ; delay = Math.min(SLOWEST_POLL_MS, delay * 1.25)) {
    const set = await persist(() => getUploadSet(id, signal), options);
    options.onLook(set);
    if (set.ready) return set;
    await options.wait(delay, signal);
  }
}
