import '../../styles/blur.css';

import { ApiError } from '../../api/errors';
import { redact, type Redaction, type Redactions, redactionsOf, type Region } from '../../api/redactions';
import { errorText } from '../../app/errorText';
import { toast } from '../../app/toast';
import { isActivatable, isTyping } from '../../lib/dom';
import { plural, t } from '../../locales';
import type { Surface } from '../surface';
import { BlurBar } from './bar';
import { MOST_BOXES, regionsOf } from './region';
import { BlurStage } from './stage';
import { openWrong } from './wrong';

/** How far one press of an arrow key moves a side, in pixels of the screen. */
const KEY_STEP = 8;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};
/** How long to wait before asking again how far it is, and after how many times it is left to itself. */
const ASK_EVERY_MS = 700;
const ASK_AT_MOST = 400;

export interface BlurEvents {
  /** It is over; `changed` says whether the picture was published anew. */
  readonly onEnd: (changed: boolean) => void;
}

/** Blurring something in a picture: from the list of what is blurred to the new picture. */
export class BlurMode {
  readonly stage: BlurStage;
  readonly bar: BlurBar;
  private readonly abort = new AbortController();
  private sending = false;

  /** `known`: what is blurred already in the picture that the surface shows. */
  constructor(
    private readonly picture: string,
    private readonly surface: Surface,
    private known: Redactions,
    private readonly events: BlurEvents,
  ) {
    this.bar = new BlurBar({
      add: () => {
        this.stage.addInMiddle();
      },
      remove: () => {
        this.stage.removeSelected();
      },
      look: (looking) => {
        this.stage.setLooking(looking);
      },
      wrong: () => void this.openWrong(null),
      leave: () => {
        this.leave();
      },
      send: () => void this.send(),
    });
    this.stage = new BlurStage(() => surface.lens(known), {
      onChange: () => {
        this.bar.complain(null);
        this.bar.show(this.stage.count, this.stage.hasSelection);
      },
      onPick: (redaction) => void this.openWrong(redaction),
      onZoom: (step) => {
        surface.zoom(step);
      },
      onFull: () => {
        this.bar.complain(t('blur.full', { most: MOST_BOXES }));
      },
    });
    // Before the page's own keys.
    document.addEventListener('keydown', this.onKey, { capture: true, signal: this.abort.signal });
  }

  /** To be called once its elements are part of the page, and whenever another part of the picture is seen. */
  refresh(): void {
    this.stage.show(this.known.redactions);
  }

  addInMiddle(): void {
    this.stage.addInMiddle();
  }

  /** Ends it, whatever was drawn. */
  leave(): void {
    this.end(false);
  }

  private end(changed: boolean): void {
    if (this.abort.signal.aborted) return;
    this.abort.abort();
    this.stage.element.remove();
    this.bar.element.remove();
    this.events.onEnd(changed);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (this.press(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  private press(event: KeyboardEvent): boolean {
    const step = ARROWS[event.key];
    if (step !== undefined) {
      return event.shiftKey ? this.stage.resizeSelected(...step) : this.stage.moveSelected(...step);
    }
    switch (event.key) {
      case 'Escape':
        this.leave();
        return true;
      case 'Enter':
        if (isActivatable(event.target)) return false;
        void this.send();
        return true;
      case 'Delete':
      case 'Backspace':
        this.stage.removeSelected();
        return true;
      default:
        return false;
    }
  }

  private async openWrong(picked: Redaction | null): Promise<void> {
    try {
      // What became of a request may have changed since.
      const { redactions, ...size } = await redactionsOf(this.picture, this.abort.signal);
      this.known = { ...size, redactions };
      this.refresh();
      openWrong(this.picture, this.known, redactions.find((each) => each.id === picked?.id) ?? null);
    } catch (error) {
      if (!this.abort.signal.aborted) this.bar.complain(errorText(error));
    }
  }

  private async send(): Promise<void> {
    if (this.sending || this.stage.count === 0) return;
    const lens = this.surface.lens(this.known);
    const regions = this.stage.outlines.flatMap((outline) => regionsOf(outline, lens, this.known));
    if (regions.length === 0) {
      this.bar.complain(t('blur.outside'));
      return;
    }
    this.setSending(true);
    try {
      await this.sent(regions);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      this.setSending(false);
      this.bar.complain(errorText(error));
    }
  }

  private async sent(regions: readonly Region[]): Promise<void> {
    const boxes = this.stage.count;
    this.bar.setBusy(t('blur.sending'));
    const id = await redact(this.picture, regions);
    this.bar.setBusy(t('blur.working'));
    const settled = await this.settled(id);
    if (this.abort.signal.aborted) return;
    if (settled?.state === 'done') {
      toast(plural('blur.done', boxes));
      this.end(true);
      return;
    }
    this.setSending(false);
    this.bar.complain(settled === null ? t('blur.slow') : t('error.refused', { detail: settled.message ?? '' }));
  }

  /** Waits until a redaction is done or refused; null if that takes too long. */
  private async settled(id: string): Promise<Redaction | null> {
    const { signal } = this.abort;
    for (let asked = 0; asked < ASK_AT_MOST && !signal.aborted; asked += 1) {
      const found = await this.look(id, signal);
      if (found !== null && found.state !== 'asked') return found;
      await new Promise((resolve) => {
        setTimeout(resolve, ASK_EVERY_MS);
      });
    }
    return null;
  }

  /** One redaction as it is now; null if it cannot be learned just now. */
  private async look(id: string, signal: AbortSignal): Promise<Redaction | null> {
    try {
      const { redactions } = await redactionsOf(this.picture, signal);
      return redactions.find((redaction) => redaction.id === id) ?? null;
    } catch (error) {
      // It was taken, and is done whether we hear of it or not.
      if (error instanceof ApiError && ['network', 'busy', 'server'].includes(error.kind)) return null;
      throw error;
    }
  }

  private setSending(sending: boolean): void {
    this.sending = sending;
    this.stage.setLocked(sending);
    this.bar.complain(null);
    this.bar.setBusy(null);
    this.bar.show(this.stage.count, this.stage.hasSelection);
  }
}
