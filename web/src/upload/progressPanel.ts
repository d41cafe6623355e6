import { fill, h } from '../lib/dom';
import { formatBytes } from '../lib/time';
import { language, t } from '../locales';
import type { Ledger } from './ledger';
import { formatDuration, RateMeter, timeLeft } from './progress';

/** The bar of the whole upload, with bytes, rate, and time left. */
export class ProgressPanel {
  readonly element: HTMLElement;
  private readonly bar = h('progress', { class: 'total', 'aria-label': t('upload.progressLabel'), 'data-testid': 'upload-progress' });
  private readonly text = h('p', { class: 'muted figures' });
  private readonly meter = new RateMeter();
  private frame = 0;

  constructor(private readonly ledger: Ledger) {
    this.element = h('div', { class: 'progress' }, this.bar, this.text);
    this.draw(false);
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
  }

  /** Draws it with the next frame. */
  changed(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw(true);
    });
  }

  /** Sending has stopped: the rate so far says nothing about what comes. */
  halt(): void {
    this.meter.reset();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.draw(false);
  }

  /** `Sent 12 of 500, 30 MB of 2 GB`. */
  summary(): string {
    const { ledger } = this;
    return t('upload.progress', {
      done: ledger.count('all') - ledger.count('toSend'),
      total: ledger.count('all'),
      sent: formatBytes(ledger.bytesSent, language()),
      size: formatBytes(ledger.bytes, language()),
    });
  }

  private draw(running: boolean): void {
    const { bytes, bytesSent } = this.ledger;
    this.bar.max = Math.max(1, bytes);
    this.bar.value = bytesSent;
    const figures = [this.summary()];
    if (running) {
      this.meter.note(bytesSent, performance.now());
      const rate = this.meter.rate();
      const left = timeLeft(bytes - bytesSent, rate);
      if (rate !== null && left !== null) {
        const time = formatDuration(left, language());
        figures.push(t('upload.rate', { rate: formatBytes(rate, language()), time }));
      }
    }
    const text = figures.join(' · ');
    if (this.text.textContent !== text) fill(this.text, text);
  }
}
