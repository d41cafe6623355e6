import { Incomplete, simpleForm } from '../../app/form';
import { numberField } from '../../app/numberField';
import { fill, h } from '../../lib/dom';
import type { Place } from '../../lib/geometry';
import { t } from '../../locales';
import { clock } from '../../mine/words';
import { pathOf } from '../files';
import type { Shot } from './shot';

/** Decimals of degrees that are shown: centimetres. */
const DECIMALS = 7;

export interface PickedEvents {
  /** A picture was put somewhere else; null: back. */
  readonly put: (file: File, place: Place | null) => void;
  readonly remove: (file: File) => void;
}

/** One picture that was picked: what it shows, where it is, and what can be done about that. */
export class PickedCard {
  readonly element = h('div', { class: 'look-picked card', hidden: true, 'data-testid': 'look-picked' });
  private readonly image = h('img', { alt: '', class: 'look-thumb' });
  private readonly name = h('h2', { tabindex: -1 });
  private readonly when = h('p', { class: 'hint' });
  private readonly lat = numberField('look-lat', t('look.lat'), { min: -90, max: 90 });
  private readonly lon = numberField('look-lon', t('look.lon'), { min: -180, max: 180 });
  private readonly back = h('button', { type: 'button', class: 'button', 'data-testid': 'look-back' }, t('look.back'));
  private file: File | null = null;
  private thumbnail: string | null = null;

  constructor(private readonly events: PickedEvents) {
    // Not every browser shows every kind of file.
    this.image.addEventListener('error', () => { this.image.hidden = true; });
    const put = h('button', { class: 'button', 'data-testid': 'look-put' }, t('look.put'));
    const remove = h('button', { type: 'button', class: 'button', 'data-testid': 'look-remove' }, t('look.remove'));
    const form = simpleForm(
      null,
      () => {
        this.move();
        return Promise.resolve();
      },
      h('div', { class: 'look-pair' }, this.lat.element, this.lon.element),
      h('div', { class: 'actions' }, put, this.back, remove),
    );
    this.back.addEventListener('click', () => {
      if (this.file === null) return;
      this.events.put(this.file, null);
      // The button is gone.
      this.lat.input.focus();
    });
    remove.addEventListener('click', () => {
      const { file } = this;
      this.close();
      if (file !== null) this.events.remove(file);
    });
    fill(this.element, this.image, h('div', { class: 'look-picked-text' }, this.name, this.when, form));
  }

  get picked(): File | null {
    return this.file;
  }

  /** Shows another one; `isTold`: it is read out. */
  open(file: File, isTold: boolean): void {
    if (file !== this.file) {
      this.forgetThumbnail();
      this.thumbnail = URL.createObjectURL(file);
      this.image.hidden = false;
      this.image.src = this.thumbnail;
      this.name.textContent = pathOf(file);
      this.file = file;
    }
    this.element.hidden = false;
    if (isTold) this.name.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
  }

  /** Shows how it is now; `isPut`: it was put there by hand. */
  show({ wall, place }: Shot, isPut: boolean): void {
    this.when.textContent = wall === null ? t('look.timeless') : clock(new Date(wall).toISOString());
    this.back.hidden = !isPut;
    this.lat.input.value = place?.lat.toFixed(DECIMALS) ?? '';
    this.lon.input.value = place?.lon.toFixed(DECIMALS) ?? '';
  }

  close(): void {
    this.file = null;
    this.element.hidden = true;
    this.forgetThumbnail();
  }

  private move(): void {
    const place = { lat: this.lat.read(), lon: this.lon.read() };
    if (place.lat === 0 && place.lon === 0) throw new Incomplete(t('look.zero'), this.lat.input);
    if (this.file !== null) this.events.put(this.file, place);
  }

  private forgetThumbnail(): void {
    if (this.thumbnail !== null) URL.revokeObjectURL(this.thumbnail);
    this.thumbnail = null;
  }
}
