import type { Picture } from '../../api/picture';
import { renewPicture } from '../../api/pictures';
import { mayRedact, redactionsOf } from '../../api/redactions';
import { errorText } from '../../app/errorText';
import { session } from '../../app/session';
import { toast } from '../../app/toast';
import { t } from '../../locales';
import type { PictureView } from '../pictureView';
import type { BlurMode } from './mode';

export interface BlurringEvents {
  /** The picture is to fill the page. */
  readonly onBegin: () => void;
  /** The picture was published anew. */
  readonly onChanged: (picture: Picture) => void;
}

/** Who may blur something in the picture shown is offered to, and does so in a mode of its own. */
export class Blurring {
  private readonly abort = new AbortController();
  private readonly stopSession: () => void;
  private picture: Picture | null = null;
  private button: HTMLElement | null = null;
  private mode: BlurMode | null = null;
  private begins = false;

  constructor(
    private readonly page: HTMLElement,
    private readonly view: PictureView,
    private readonly events: BlurringEvents,
  ) {
    this.stopSession = session.onChange(() => void this.look());
  }

  get active(): boolean {
    return this.mode !== null;
  }

  /** Whether it is known that the reader may blur something in the picture shown. */
  get offered(): boolean {
    return this.button?.hidden === false;
  }

  /** This picture is shown: the button is, too, as soon as it is known that the reader may. */
  offer(picture: Picture, button: HTMLElement): void {
    this.picture = picture;
    this.button = button;
    void this.look();
  }

  /** No picture is shown any more. */
  forget(): void {
    this.leave();
    this.picture = null;
    this.button = null;
  }

  /** Begins, or adds a box where it has begun; says so where the reader may not. */
  async begin(): Promise<void> {
    const { picture } = this;
    const surface = this.view.shownOn;
    if (this.mode !== null) {
      this.mode.addInMiddle();
      return;
    }
    if (picture === null || surface === null || this.begins) return;
    if (!this.offered) {
      toast(t('blur.notYours'));
      return;
    }
    this.begins = true;
    this.events.onBegin();
    try {
      const known = redactionsOf(picture.id, this.abort.signal);
      const [{ BlurMode }, redactions] = await Promise.all([import('./mode'), known]);
      // Meanwhile the reader may have gone on.
      if (this.picture !== picture || this.abort.signal.aborted) return;
      const mode = new BlurMode(picture.id, surface, redactions, {
        onEnd: (changed) => {
          this.onEnd(picture, changed);
        },
      });
      this.mode = mode;
      this.view.cover(mode.stage.element);
      this.page.append(mode.bar.element);
      this.page.classList.add('blurring');
      mode.refresh();
      // What had the focus is hidden now; and it is read out what there is to do.
      mode.bar.element.focus();
    } catch (error) {
      if (!this.abort.signal.aborted) toast(errorText(error), 'error');
    } finally {
      this.begins = false;
    }
  }

  /** Another part of the picture is seen. */
  refresh(): void {
    this.mode?.refresh();
  }

  leave(): void {
    this.mode?.leave();
  }

  destroy(): void {
    this.stopSession();
    this.leave();
    this.abort.abort();
  }

  private onEnd(picture: Picture, changed: boolean): void {
    this.mode = null;
    this.page.classList.remove('blurring');
    this.button?.focus();
    if (!changed) return;
    renewPicture(picture.id);
    if (this.picture === picture) this.events.onChanged(picture);
  }

  private async look(): Promise<void> {
    const { button, picture } = this;
    if (button === null || picture === null) return;
    try {
      button.hidden = (await session.account()) === null || !(await mayRedact(picture.id, this.abort.signal));
    } catch {
      // Without an answer there is no button; what else is wrong is said elsewhere.
      button.hidden = true;
    }
  }
}
