import type { Picture } from '../../api/picture';
import { forgetPicture } from '../../api/pictures';
import { errorText } from '../../app/errorText';
import { session } from '../../app/session';
import { toast } from '../../app/toast';

export interface EditingEvents {
  /** Where the reader looks, degrees clockwise from north. */
  readonly looking: () => number | null;
  /** What is shown of the picture was changed. */
  readonly onChanged: (picture: Picture) => void;
}

/** Who is signed in is offered to correct and tag the picture shown. What they may is found out when they ask. */
export class Editing {
  private readonly abort = new AbortController();
  private readonly stopSession: () => void;
  private picture: Picture | null = null;
  private button: HTMLElement | null = null;

  constructor(private readonly events: EditingEvents) {
    this.stopSession = session.onChange(() => void this.look());
  }

  /** This picture is shown. */
  offer(picture: Picture, button: HTMLElement): void {
    this.picture = picture;
    this.button = button;
    void this.look();
  }

  /** No picture is shown any more. */
  forget(): void {
    this.picture = null;
    this.button = null;
  }

  async open(): Promise<void> {
    const { picture } = this;
    if (picture === null) return;
    try {
      const { openEdit } = await import('./dialog');
      const onChanged = (): void => {
        forgetPicture(picture.id);
        if (this.picture?.id === picture.id) this.events.onChanged(picture);
      };
      await openEdit(picture.id, { looking: this.events.looking, onChanged }, this.abort.signal);
    } catch (error) {
      if (!this.abort.signal.aborted) toast(errorText(error), 'error');
    }
  }

  destroy(): void {
    this.stopSession();
    this.abort.abort();
  }

  private async look(): Promise<void> {
    const { button } = this;
    if (button !== null) button.hidden = (await session.account()) === null;
  }
}
