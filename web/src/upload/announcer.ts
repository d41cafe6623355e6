import { h } from '../lib/dom';

/** Progress is read out no more often than this, milliseconds. */
const QUIET_MS = 30_000;

/** Tells those who do not see the page how it goes, without talking all the time. */
export class Announcer {
  readonly element = h('p', { class: 'visually-hidden', role: 'status', 'data-testid': 'upload-said' });
  private last = Number.NEGATIVE_INFINITY;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Something that is to be known at once: paused, offline, done. */
  say(text: string): void {
    this.last = this.now();
    this.element.textContent = text;
  }

  /** How far it is: dropped if something was said a moment ago. `text` is made only if needed. */
  progress(text: () => string): void {
    if (this.now() - this.last >= QUIET_MS) this.say(text());
  }
}
