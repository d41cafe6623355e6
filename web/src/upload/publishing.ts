import { ApiError } from '../api/errors';
import { completeUploadSet, getUploadedFiles, getUploadSet, type UploadedFile, type UploadSet } from '../api/uploadSets';

const FIRST_POLL_MS = 1000;
const SLOWEST_POLL_MS = 10_000;
/** Files asked for at once: half a megabyte of answer. */
export const PAGE_FILES = 1000;
/** Pages asked for at one look: a set of thirty thousand files is gone through in several. */
const PAGES_AT_A_LOOK = 5;

export interface PublishingOptions {
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Resolves once it makes sense to ask: somebody looks, and there is a network. */
  readonly untilWatched: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** Called after every look, and with null when the server could not be reached. */
  readonly onLook: (set: UploadSet | null) => void;
  /** Called with what the server says of some of the files. */
  readonly onFiles: (files: readonly UploadedFile[]) => void;
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
      await options.untilWatched(options.signal);
    }
  }
}

/** Whether nothing more happens to a file by itself. */
function isFinal({ state }: UploadedFile): boolean {
  return state !== 'waiting' && state !== 'ready' && state !== 'unknown';
}

/** Goes through the list of a set's files a few pages at a time, passing over pages on which nothing can change. */
export class FileList {
  private readonly settled = new Set<number>();
  private next = 0;

  constructor(private readonly page: (offset: number, limit: number) => Promise<readonly UploadedFile[]>) {}

  /** Reads up to `most` pages, from where it left off. */
  async read(most: number, onFiles: (files: readonly UploadedFile[]) => void): Promise<void> {
    for (let count = 0; count < most; ) {
      if (this.settled.has(this.next)) {
        this.next += 1;
        continue;
      }
      const files = await this.page(this.next * PAGE_FILES, PAGE_FILES);
      onFiles(files);
      count += 1;
      const isFull = files.length >= PAGE_FILES;
      if (isFull && files.every(isFinal)) this.settled.add(this.next);
      this.next = isFull ? this.next + 1 : 0;
      if (!isFull) return;
    }
  }

  /** Reads all of it. Refused files that were sent again have moved to its end, so nothing is passed over. */
  async readAll(onFiles: (files: readonly UploadedFile[]) => void): Promise<void> {
    this.settled.clear();
    this.next = 0;
    await this.read(Number.POSITIVE_INFINITY, onFiles);
  }
}

/** Says that every file was sent, and waits until the server has published what it can, telling meanwhile how each file is. */
export async function publish(id: string, options: PublishingOptions): Promise<UploadSet> {
  const { signal, onFiles } = options;
  const files = new FileList((offset, limit) => persist(() => getUploadedFiles(id, offset, limit, signal), options));
  const before = await persist(() => getUploadSet(id, signal), options);
  if (!before.completed) await persist(() => completeUploadSet(id, signal), options);
  let seen = '';
  for (let delay = FIRST_POLL_MS; ; delay = Math.min(SLOWEST_POLL_MS, delay * 1.25)) {
    await options.untilWatched(signal);
    const set = await persist(() => getUploadSet(id, signal), options);
    options.onLook(set);
    if (set.ready) {
      await files.readAll(onFiles);
      return set;
    }
    // Nobody is asked about each file while the counts stay as they are.
    const now = JSON.stringify(set.counts);
    if (now !== seen) await files.read(PAGES_AT_A_LOOK, onFiles);
    seen = now;
    await options.wait(delay, signal);
  }
}
