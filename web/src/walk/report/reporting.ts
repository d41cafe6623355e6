import { isNotFound } from '../../api/errors';
import type { Picture } from '../../api/picture';
import { forgetAllPictures, getPicture } from '../../api/pictures';
import type { Report } from '../../api/reports';
import { errorText } from '../../app/errorText';
import { session } from '../../app/session';
import { toast } from '../../app/toast';

export interface ReportingEvents {
  /** Begins to blur something in the picture shown; null where the reader may not. */
  readonly draw: () => (() => void) | null;
  /** Others do not see the picture any more, but the reader does. */
  readonly onHidden: (picture: Picture) => void;
  /** The reader does not see the picture any more. `alone`: the rest of its sequence is still there. */
  readonly onGone: (picture: Picture, alone: boolean) => void;
}

/** Whether the reader still sees a picture. */
async function isSeen(picture: Picture, signal: AbortSignal): Promise<boolean> {
  try {
    await getPicture(picture.id, null, signal);
    return true;
  } catch (error) {
    return !isNotFound(error);
  }
}

/** Anybody is offered to say what is wrong with the picture shown. */
export class Reporting {
  private readonly abort = new AbortController();
  private picture: Picture | null = null;
  private opens = false;

  constructor(private readonly events: ReportingEvents) {}

  /** This picture is shown, or none. */
  offer(picture: Picture | null): void {
    this.picture = picture;
  }

  async open(): Promise<void> {
    const { picture } = this;
    if (picture === null || this.opens) return;
    this.opens = true;
    try {
      const [{ openReport }, account] = await Promise.all([import('./dialog'), session.account()]);
      if (this.abort.signal.aborted || this.picture !== picture) return;
      let hid: Report | null = null;
      let closed = false;
      const leave = (): void => {
        if (hid !== null && closed) void this.afterHiding(picture, hid);
      };
      openReport(picture, account !== null, {
        draw: this.events.draw(),
        onSent: (report) => {
          if (!report.withheld) return;
          hid = report;
          forgetAllPictures();
          leave();
        },
        onClosed: () => {
          closed = true;
          leave();
        },
      });
    } catch (error) {
      if (!this.abort.signal.aborted) toast(errorText(error), 'error');
    } finally {
      this.opens = false;
    }
  }

  destroy(): void {
    this.abort.abort();
  }

  private async afterHiding(picture: Picture, report: Report): Promise<void> {
    const { signal } = this.abort;
    const seen = await isSeen(picture, signal);
    // Meanwhile the reader may have gone on.
    if (signal.aborted || this.picture?.id !== picture.id) return;
    if (seen) this.events.onHidden(picture);
    else this.events.onGone(picture, report.about.kind === 'picture');
  }
}
