import { iconButton } from '../../app/iconButton';
import { fill, h } from '../../lib/dom';
import { plural, t } from '../../locales';

export interface BarActions {
  readonly add: () => void;
  readonly remove: () => void;
  readonly look: (looking: boolean) => void;
  readonly wrong: () => void;
  readonly leave: () => void;
  readonly send: () => void;
}

/** What is said and can be done while something is blurred. */
export class BlurBar {
  readonly element: HTMLElement;
  private readonly status = h('p', { class: 'blur-status', role: 'status' });
  private readonly trouble = h('p', { class: 'blur-trouble', role: 'alert', hidden: true });
  private readonly progress = h('progress', { 'aria-label': t('blur.sending'), hidden: true });
  private readonly add: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;
  private readonly look: HTMLButtonElement;
  private readonly wrong: HTMLButtonElement;
  private readonly send: HTMLButtonElement;

  constructor(actions: BarActions) {
    this.add = iconButton('plus', t('blur.add'), actions.add, 'blur-add');
    this.remove = iconButton('bin', t('blur.remove'), actions.remove, 'blur-remove');
    this.look = iconButton('look', t('blur.look'), () => {
      const looking = this.look.getAttribute('aria-pressed') !== 'true';
      this.look.setAttribute('aria-pressed', String(looking));
      actions.look(looking);
    }, 'blur-look');
    this.look.setAttribute('aria-pressed', 'false');
    this.wrong = h('button', { type: 'button', class: 'button', onclick: actions.wrong, 'data-testid': 'blur-wrong' }, t('blur.wrong'));
    this.send = h('button', { type: 'button', class: 'button primary', onclick: actions.send, 'data-testid': 'blur-send' });
    const leave = h('button', { type: 'button', class: 'button', onclick: actions.leave, 'data-testid': 'blur-leave' }, t('blur.leave'));
    this.element = h(
      'section',
      { class: 'blur-bar', tabindex: -1, 'aria-label': t('blur.title'), 'data-testid': 'blur-bar' },
      h('div', { class: 'blur-says' }, this.status, this.trouble, this.progress),
      h('div', { class: 'blur-tools' }, this.add, this.remove, this.look, this.wrong),
      h('div', { class: 'blur-ends' }, leave, this.send),
    );
    this.show(0, false);
  }

  /** How many boxes there are, and whether one of them is selected. */
  show(boxes: number, selected: boolean): void {
    this.status.textContent = boxes === 0 ? t('blur.hint') : t('blur.hintBoxes');
    this.remove.disabled = !selected;
    this.send.disabled = boxes === 0;
    fill(this.send, boxes === 0 ? t('blur.sendNone') : plural('blur.send', boxes));
  }

  /** Says that boxes are sent and blurred. */
  setBusy(text: string | null): void {
    const busy = text !== null;
    this.progress.hidden = !busy;
    if (busy) this.status.textContent = text;
    for (const each of [this.add, this.remove, this.look, this.wrong, this.send]) each.disabled = busy;
  }

  complain(text: string | null): void {
    this.trouble.hidden = text === null;
    this.trouble.textContent = text ?? '';
  }
}
