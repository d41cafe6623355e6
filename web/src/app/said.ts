import { h } from '../lib/dom';

/** What came of the last action; read out because it gets the focus. */
export class Said {
  readonly element: HTMLElement;

  constructor(testId: string) {
    this.element = h('p', { class: 'section-said', tabindex: -1, hidden: true, 'data-testid': testId });
  }

  say(text: string): void {
    this.element.textContent = text;
    this.element.hidden = false;
    this.element.focus();
  }

  hush(): void {
    this.element.hidden = true;
  }
}
