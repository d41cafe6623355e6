import { h } from '../../lib/dom';
import { t } from '../../locales';
import { pathOf } from '../files';
import type { Shot } from './shot';

/** A field by which pictures are picked without a mouse, and those that are nowhere on the map: by their number in order of time. */
export class PictureNumber {
  readonly element: HTMLElement;
  private readonly field = h('input', { id: 'look-number', type: 'number', min: 1, step: 1, 'aria-describedby': 'look-number-name', 'data-testid': 'look-number' });
  private readonly name = h('span', { id: 'look-number-name', class: 'visually-hidden', role: 'status' });
  private readonly all = h('span', { class: 'muted' });
  private order: readonly number[] = [];

  constructor(onNumber: (index: number) => void) {
    this.field.addEventListener('change', () => {
      const number = Math.min(Math.max(Math.round(this.field.valueAsNumber), 1), this.order.length);
      const index = this.order[number - 1];
      if (index === undefined) return;
      this.field.value = String(number);
      onNumber(index);
    });
    this.element = h('div', { class: 'numbers' }, h('label', { for: 'look-number' }, t('look.number')), this.field, this.all, this.name);
  }

  /** These are there now. */
  show(shots: readonly Shot[]): void {
    const at = (index: number): number => shots[index]?.at ?? Infinity;
    this.order = shots.map((_, index) => index).sort((a, b) => (at(a) === at(b) ? a - b : at(a) - at(b)));
    this.field.max = String(shots.length);
    this.all.textContent = t('look.numberOf', { count: shots.length });
    this.element.hidden = shots.length === 0;
  }

  /** That one is picked. */
  tell(index: number, file: File): void {
    this.field.value = String(this.order.indexOf(index) + 1);
    this.name.textContent = pathOf(file);
  }
}
