import type { Picture } from '../../api/picture';
import { toast } from '../../app/toast';
import { t } from '../../locales';
import { dateBeside, type DateHere, datesHere, dateToCompare } from './dates';
import { Timeline } from './timeline';

export interface TimeTravelEvents {
  readonly onGo: (date: DateHere) => void;
  /** The picture shown is to be compared with the one of this date. */
  readonly onCompare: (date: DateHere) => void;
}

/** Where the place of the picture shown was taken on other days, these are offered; keys say where it was not. */
export class TimeTravel {
  private readonly timeline: Timeline;
  private known: readonly DateHere[] = [];

  constructor(private readonly events: TimeTravelEvents) {
    this.timeline = new Timeline({
      onChoose: events.onGo,
      onCompare: () => { this.compare(); },
    });
  }

  get element(): HTMLElement {
    return this.timeline.element;
  }

  get dates(): readonly DateHere[] {
    return this.known;
  }

  /** This picture is shown, or none. */
  offer(picture: Picture | null): void {
    this.known = picture === null ? [] : datesHere(picture);
    this.timeline.show(this.known);
  }

  /** Goes to the date before or after the one that is shown. */
  go(by: -1 | 1): void {
    const date = dateBeside(this.known, by);
    if (date !== null) this.events.onGo(date);
    else if (this.known.length === 0) toast(t('dates.none'));
    else toast(t(by < 0 ? 'dates.noOlder' : 'dates.noNewer'));
  }

  compare(): void {
    const date = dateToCompare(this.known);
    if (date === null) toast(t('dates.none'));
    else this.events.onCompare(date);
  }

  focusCompare(): void {
    this.timeline.focusCompare();
  }
}
