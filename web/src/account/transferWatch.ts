import { ApiError } from '../api/errors';
import { isPreparing, isUnderWay, type Transfer } from '../api/transfers';

/** So long after an answer it is asked again, milliseconds. */
export const LOOK_EVERY_MS = 2000;
/** And so long, if nothing more comes and it takes long until everything is shown. */
export const LOOK_LATEST_MS = 30_000;

export interface WatchOptions {
  readonly ask: (signal: AbortSignal) => Promise<readonly Transfer[]>;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Resolves once it makes sense to ask: somebody looks, and there is a network. */
  readonly untilWatched: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** Called with every answer, and with null when the server could not be reached. */
  readonly onLook: (transfers: readonly Transfer[] | null) => void;
}

/** Looks at one's transfers until none is under way and all that came is shown. */
export async function watchTransfers({ ask, wait, untilWatched, signal, onLook }: WatchOptions): Promise<void> {
  let pause = LOOK_EVERY_MS;
  for (;;) {
    await untilWatched(signal);
    try {
      const transfers = await ask(signal);
      signal.throwIfAborted();
      onLook(transfers);
      const comes = transfers.some(isUnderWay);
      if (!comes && !transfers.some((each) => isPreparing(each))) return;
      pause = comes ? LOOK_EVERY_MS : Math.min(LOOK_LATEST_MS, pause * 1.5);
    } catch (error) {
      const passes = error instanceof ApiError && ['network', 'busy', 'server'].includes(error.kind);
      if (signal.aborted || !passes) throw error;
      onLook(null);
    }
    await wait(pause, signal);
  }
}
