import { wait } from '../lib/time';

/** How long each picture stays at the usual speed once it is seen, ms. */
const STAY_MS = 1100;
/** How much faster than usual one may walk. */
const SPEEDS = [0.5, 1, 2, 4] as const;
const USUAL = SPEEDS.indexOf(1);

/** Walks on along a sequence by itself. */
export class Player {
  private abort: AbortController | null = null;
  private chosen = USUAL;

  /**
   * `step` opens the next picture and answers whether there was one; it resolves when that picture is seen.
   */
  constructor(
    private readonly step: () => Promise<boolean>,
    private readonly onChange: () => void,
  ) {}

  get playing(): boolean {
    return this.abort !== null;
  }

  /** How much faster than usual. */
  get speed(): number {
    return SPEEDS[this.chosen] ?? 1;
  }

  /** Walks faster or slower, as far as it goes. Answers whether that is another speed. */
  change(by: 1 | -1): boolean {
    if (SPEEDS[this.chosen + by] === undefined) return false;
    this.chosen += by;
    this.onChange();
    return true;
  }

  /** Takes the next speed, and the slowest after the fastest. */
  cycle(): void {
    this.chosen = (this.chosen + 1) % SPEEDS.length;
    this.onChange();
  }

  toggle(): void {
    if (this.playing) this.stop();
    else void this.play();
  }

  stop(): void {
    if (this.abort === null) return;
    this.abort.abort(new DOMException('paused', 'AbortError'));
    this.abort = null;
    this.onChange();
  }

  private async play(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    this.onChange();
    try {
      while (!abort.signal.aborted && (await this.step())) await wait(STAY_MS / this.speed, abort.signal);
    } catch {
      // Paused, or the picture could not be opened, which is said elsewhere.
    }
    if (this.abort === abort) this.stop();
  }
}
