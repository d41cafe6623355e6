import type { OwnPicture } from '../api/sequences';
import { fill, h } from '../lib/dom';
import { plural, t } from '../locales';
import { from, type Range, sizeOf, upTo } from './outcome';
import { clock } from './words';

function thumbnail({ id }: OwnPicture, className: string): HTMLElement {
  return h('img', { src: `/api/pictures/${encodeURIComponent(id)}/thumb.jpg`, alt: '', loading: 'lazy', class: className });
}

/** Which of the pictures are meant: from one to another, by numbers or by clicks on the map. */
export class Which {
  readonly element: HTMLElement;
  private readonly count = h('p', { class: 'mine-count', role: 'status', 'data-testid': 'mine-chosen' });
  private readonly ends = h('div', { class: 'mine-ends' });
  private readonly picked = h('div', { class: 'mine-picked card', hidden: true, 'data-testid': 'mine-picked' });
  private readonly firstField = this.field('mine-first', (number) => { this.choose(from(this.range, number)); });
  private readonly lastField = this.field('mine-last', (number) => { this.choose(upTo(this.range, number)); });
  private readonly all: HTMLButtonElement;
  private pictures: readonly OwnPicture[] = [];
  private range: Range = { first: 0, last: -1 };

  constructor(private readonly onChoose: (range: Range) => void) {
    this.all = h('button', { type: 'button', class: 'button', onclick: () => { this.chooseAll(); }, 'data-testid': 'mine-all' }, t('mine.all'));
    this.element = h(
      'section',
      { 'aria-labelledby': 'mine-which' },
      h('h2', { id: 'mine-which' }, t('mine.which')),
      this.count,
      h('p', { class: 'hint' }, t('mine.whichHint')),
      h(
        'div',
        { class: 'numbers' },
        h('label', { for: 'mine-first' }, t('mine.first')),
        this.firstField,
        h('label', { for: 'mine-last' }, t('mine.last')),
        this.lastField,
        this.all,
      ),
      this.ends,
      this.picked,
    );
  }

  /** These are there now, with those of the range chosen. */
  show(pictures: readonly OwnPicture[], range: Range): void {
    this.pictures = pictures;
    this.range = range;
    this.picked.hidden = true;
    this.draw();
  }

  /** Shows one of them, and offers to begin or end there. */
  pick(index: number): void {
    const picture = this.pictures[index];
    if (picture === undefined) return;
    const number = index + 1;
    const act = (key: 'fromHere' | 'toHere' | 'onlyThis', range: () => Range): HTMLElement =>
      h('button', { type: 'button', class: 'button', onclick: () => { this.choose(range()); }, 'data-testid': `mine-${key}` }, t(`mine.${key}`));
    fill(
      this.picked,
      thumbnail(picture, 'mine-thumb'),
      h(
        'div',
        {},
        h('h3', { tabindex: -1 }, t('mine.picture', { number })),
        h('p', { class: 'hint' }, clock(picture.takenAt ?? '')),
        h(
          'div',
          { class: 'actions' },
          act('fromHere', () => from(this.range, index)),
          act('toHere', () => upTo(this.range, index)),
          act('onlyThis', () => ({ first: index, last: index })),
          h('a', { href: `/#focus=pic&pic=${encodeURIComponent(picture.id)}`, target: '_blank', rel: 'noopener', 'data-testid': 'mine-look' }, t('mine.look')),
        ),
      ),
    );
    this.picked.hidden = false;
    this.picked.querySelector('h3')?.focus({ preventScroll: true });
    this.picked.scrollIntoView({ block: 'nearest' });
  }

  private field(id: string, onNumber: (index: number) => void): HTMLInputElement {
    const field = h('input', { id, type: 'number', min: 1, step: 1, 'data-testid': id });
    field.addEventListener('change', () => {
      const number = Math.round(field.valueAsNumber);
      if (Number.isFinite(number)) onNumber(Math.min(Math.max(number, 1), this.pictures.length) - 1);
      else this.draw();
    });
    return field;
  }

  private chooseAll(): void {
    this.choose({ first: 0, last: this.pictures.length - 1 });
    // It is gone as long as there is nothing more to choose.
    this.firstField.focus();
  }

  private choose(range: Range): void {
    this.range = range;
    this.draw();
    this.onChoose(range);
  }

  private draw(): void {
    const { pictures, range } = this;
    const size = sizeOf(range);
    this.count.textContent = plural('mine.chosen', pictures.length, { chosen: size });
    this.all.hidden = size === pictures.length;
    for (const [field, index] of [[this.firstField, range.first], [this.lastField, range.last]] as const) {
      field.max = String(pictures.length);
      field.value = String(index + 1);
      field.disabled = pictures.length === 0;
    }
    const ends = size > 1 ? [range.first, range.last] : size === 1 ? [range.first] : [];
    fill(
      this.ends,
      ...ends.flatMap((index) => {
        const picture = pictures[index];
        if (picture === undefined) return [];
        const caption = h('figcaption', {}, t('mine.picture', { number: index + 1 }), h('span', { class: 'hint' }, clock(picture.takenAt ?? '')));
        return [h('figure', {}, thumbnail(picture, 'mine-thumb'), caption)];
      }),
    );
  }
}
