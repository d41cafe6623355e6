import '../../styles/finder.css';

import { type Answer, findPlaces, type Found } from '../../api/geocoder';
import { fill, h } from '../../lib/dom';
import type { Box, Place } from '../../lib/geometry';
import { icon } from '../../lib/icons';
import { language, t } from '../../locales';
import { parseCoordinates } from './coordinates';

export interface FinderEvents {
  /** Address of a service that finds places by name, if there is one. */
  readonly service: () => Promise<string | null>;
  /** Where the reader looks. */
  readonly near: () => Place | null;
  readonly onFound: (place: Place, box: Box | null) => void;
  /** The reader is done with it. */
  readonly onLeave: () => void;
  readonly onCleared: () => void;
}

const LONGEST = 200;

/** Goes to places by name or coordinates. Nothing is asked for before the reader says that the name is complete. */
export class Finder {
  private readonly input = h('input', {
    id: 'finder-text',
    type: 'search',
    maxlength: LONGEST,
    autocomplete: 'off',
    enterkeyhint: 'search',
    placeholder: t('finder.coordinates'),
    'aria-label': t('finder.label'),
    'aria-controls': 'finder-found',
    'data-testid': 'finder',
  });
  private readonly found = h('ul', { id: 'finder-found', 'aria-label': t('finder.found'), 'data-testid': 'finder-found' });
  private readonly said = h('p', { class: 'finder-said', role: 'status', 'data-testid': 'finder-said' });
  private readonly credit = h('p', { class: 'finder-credit muted' });
  private readonly element: HTMLElement;
  private asking: AbortController | null = null;

  constructor(
    frame: HTMLElement,
    private readonly events: FinderEvents,
  ) {
    const submit = h(
      'button',
      { type: 'submit', class: 'icon-button', 'aria-label': t('finder.go'), title: t('finder.go'), 'data-testid': 'finder-go' },
      icon('find'),
    );
    const form = h('form', { class: 'finder-form', role: 'search' }, this.input, submit);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.find();
    });
    this.input.addEventListener('input', () => {
      this.clear();
      if (this.input.value === '') this.events.onCleared();
    });
    this.element = h('div', { class: 'finder' }, form, this.said, this.found, this.credit);
    this.element.addEventListener('keydown', (event) => { this.onKey(event); });
    frame.append(this.element);
    this.clear();
    this.events.service().then(
      (service) => {
        if (service !== null) this.input.placeholder = t('finder.places');
      },
      () => undefined,
    );
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  destroy(): void {
    this.asking?.abort();
  }

  /** Arrows go along what was found; Escape ends it. */
  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      const open = this.found.childElementCount > 0 || this.said.textContent !== '';
      this.clear();
      if (open) this.input.focus();
      else this.events.onLeave();
      return;
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const buttons = [...this.found.querySelectorAll('button')];
    if (step === 0 || buttons.length === 0) return;
    event.preventDefault();
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = at + step;
    (next < 0 ? this.input : buttons[Math.min(next, buttons.length - 1)])?.focus();
  }

  private clear(): void {
    this.asking?.abort();
    this.asking = null;
    this.said.textContent = '';
    this.credit.textContent = '';
    fill(this.found);
    this.element.classList.remove('open');
  }

  private tell(text: string): void {
    this.said.textContent = text;
    this.element.classList.add('open');
  }

  private async find(): Promise<void> {
    const text = this.input.value.trim();
    this.clear();
    if (text === '') {
      this.input.focus();
      return;
    }
    const place = parseCoordinates(text);
    if (place !== null) {
      this.events.onFound(place, null);
      return;
    }
    const asking = new AbortController();
    this.asking = asking;
    // Another question may have been asked meanwhile.
    const asked = (): boolean => this.asking === asking;
    try {
      const service = await this.events.service();
      if (!asked()) return;
      if (service === null) {
        this.tell(t('finder.onlyCoordinates'));
        return;
      }
      this.tell(t('finder.asking'));
      const answer = await findPlaces(service, text, this.events.near(), language(), asking.signal);
      if (asked()) this.show(answer, text);
    } catch {
      if (asked()) this.tell(t('finder.failed'));
    }
  }

  private show({ found, credit }: Answer, text: string): void {
    if (found.length === 0) {
      this.tell(t('finder.nothing', { name: text }));
      return;
    }
    this.said.textContent = '';
    this.credit.textContent = credit ?? '';
    fill(this.found, ...found.map((one) => h('li', {}, this.choice(one))));
    this.element.classList.add('open');
    this.found.querySelector('button')?.focus();
  }

  private choice({ name, place, box }: Found): HTMLElement {
    const choose = (): void => {
      this.input.value = name;
      this.clear();
      this.events.onFound(place, box);
    };
    return h('button', { type: 'button', class: 'finder-choice', onclick: choose }, name);
  }
}
