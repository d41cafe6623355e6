import type { Picture } from '../../api/picture';
import { h } from '../../lib/dom';
import { formatDay } from '../../lib/time';
import { language, t } from '../../locales';
import type { DateHere } from '../dates/dates';

/** The dates that a picture can be compared with, the oldest first. */
export class OtherDates {
  readonly element: HTMLElement;
  private readonly choice = h('select', { 'aria-label': t('compare.date'), 'data-testid': 'compare-date' });

  constructor(dates: readonly DateHere[], onChosen: (id: string) => void) {
    for (const { current, id, day } of dates) {
      if (!current) this.add(id, formatDay(day, language(), 'medium'));
    }
    this.choice.addEventListener('change', () => {
      onChosen(this.choice.value);
    });
    this.element = h('p', { class: 'compare-date' }, this.choice);
  }

  /** This one is on its way. */
  select(id: string): void {
    this.choice.value = id;
  }

  /** This one is seen; a link may name one that is none of the dates that are known here. */
  show({ id }: Picture, day: string): void {
    if (this.ids.includes(id)) return;
    this.add(id, day);
    this.select(id);
  }

  /** The picture of the date before or after the one chosen. */
  beside(by: -1 | 1): string | null {
    return this.ids[this.choice.selectedIndex + by] ?? null;
  }

  private get ids(): string[] {
    return [...this.choice.options].map(({ value }) => value);
  }

  private add(id: string, day: string): void {
    this.choice.append(h('option', { value: id }, day));
  }
}
