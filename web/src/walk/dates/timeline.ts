import '../../styles/dates.css';

import { iconButton } from '../../app/iconButton';
import { fill, h } from '../../lib/dom';
import { formatDay } from '../../lib/time';
import { formatNumber, language, t } from '../../locales';
import { dateBeside, type DateHere, dayStyle } from './dates';

export interface TimelineEvents {
  readonly onChoose: (date: DateHere) => void;
  readonly onCompare: () => void;
}

/** The dates on which the place that is shown was taken, on a line; nothing where there is only one. */
export class Timeline {
  readonly element: HTMLElement;
  private readonly older: HTMLButtonElement;
  private readonly newer: HTMLButtonElement;
  private readonly compare: HTMLButtonElement;
  private readonly line = h('ol', { class: 'dates-line' });
  private dates: readonly DateHere[] = [];

  constructor(private readonly events: TimelineEvents) {
    this.older = iconButton('back', t('dates.older'), () => { this.go(-1); }, 'dates-older');
    this.newer = iconButton('forward', t('dates.newer'), () => { this.go(1); }, 'dates-newer');
    this.compare = iconButton('compare', t('dates.compare'), events.onCompare, 'dates-compare');
    this.compare.append(h('span', { class: 'dates-word' }, t('dates.compare')));
    this.element = h(
      'section',
      { class: 'dates', 'aria-label': t('dates.title'), hidden: true, 'data-testid': 'dates' },
      this.older,
      this.line,
      this.newer,
      this.compare,
    );
  }

  show(dates: readonly DateHere[]): void {
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    const within = focused !== null && this.line.contains(focused);
    this.dates = dates;
    this.element.hidden = dates.length === 0;
    fill(this.line, ...dates.map((date) => h('li', {}, this.entry(date))));
    const current = this.line.querySelector<HTMLElement>('[aria-current]');
    this.older.disabled = dateBeside(dates, -1) === null;
    this.newer.disabled = dateBeside(dates, 1) === null;
    if (current === null) return;
    const entry = current.parentElement ?? current;
    this.line.scrollLeft = entry.offsetLeft + entry.offsetWidth / 2 - this.line.clientWidth / 2;
    // Who went on by keyboard goes on from here.
    if (within || (focused instanceof HTMLButtonElement && focused.disabled)) current.focus({ preventScroll: true });
  }

  focusCompare(): void {
    this.compare.focus();
  }

  private go(by: -1 | 1): void {
    const date = dateBeside(this.dates, by);
    if (date !== null) this.events.onChoose(date);
  }

  private entry(date: DateHere): HTMLElement {
    const day = formatDay(date.day, language(), 'long');
    const away = `${formatNumber(Math.round(date.away))} m`;
    const title = date.current ? t('dates.current', { day }) : t('dates.other', { day, distance: away });
    return h(
      'button',
      {
        type: 'button',
        class: 'date',
        title,
        'aria-current': date.current ? 'true' : null,
        onclick: () => {
          if (!date.current) this.events.onChoose(date);
        },
        'data-testid': `date-${date.day}`,
      },
      h('time', { datetime: date.day }, formatDay(date.day, language(), dayStyle(date.day, this.dates))),
    );
  }
}
