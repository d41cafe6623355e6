import { wait } from '../lib/time';

/** How long each picture stays, once it is seen. */
const STAY_MS = 1100;

/** Walks on along a sequence by itself. */
export class Player {
  private abort: AbortController | null = null;

  /**
   * `step` opens the next picture and answers whether there was one; it resolves when that picture is seen.
   */
  constructor(
    private readonly step: () => Promise<boolean>,
    private readonly onChange: (playing: boolean) => void,
  ) {}

  get playing(): boolean {
    return this.abort !== null;
  }

  toggle(): void {
    if (this.playing) this.stop();
    else void this.play();
  }

  stop(): void {
    if (this.abort === null) return;
    this.abort.abort(new DOMException('paused', 'AbortError'));
    this.abort = null;
    this.onChange(false);
  }

  private async play(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    this.onChange(true);
    try {
      while (!abort.signal.aborted && (await this.step())) await wait(STAY_MS, abort.signal);
    } catch {
      // Paused, or the picture could not be opened, which is said elsewhere.
    }
    if (this.abort === abort) this.stop();
  }
}
