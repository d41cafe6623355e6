import { h } from '../../lib/dom';
import { icon, type IconName } from '../../lib/icons';
import { t } from '../../locales';

/** Both whole, or one over the other as far as a slider says. */
export type Layout = 'beside' | 'slider';

export interface BarActions {
  readonly layout: (wanted: Layout) => void;
  readonly lock: (locked: boolean) => void;
  readonly zoom: (step: 1 | -1) => void;
  readonly leave: () => void;
}

/** What can be done with two pictures that are compared. */
export class CompareBar {
  readonly element: HTMLElement;
  private readonly layout: HTMLButtonElement;
  private readonly lock: HTMLButtonElement;
  private shown: Layout = 'beside';

  constructor(actions: BarActions) {
    this.layout = button('compare-layout', () => { actions.layout(this.shown === 'beside' ? 'slider' : 'beside'); });
    this.lock = button('compare-lock', () => {
      const locked = this.lock.getAttribute('aria-pressed') !== 'true';
      this.showLock(locked);
      actions.lock(locked);
    });
    name(this.lock, 'locked', t('compare.lock'));
    const zoomIn = button('compare-zoom-in', () => { actions.zoom(1); });
    name(zoomIn, 'plus', t('walk.zoomIn'));
    const zoomOut = button('compare-zoom-out', () => { actions.zoom(-1); });
    name(zoomOut, 'minus', t('walk.zoomOut'));
    const leave = button('compare-leave', actions.leave);
    name(leave, 'close', t('compare.leave'));
    this.element = h(
      'div',
      { class: 'compare-bar' },
      h('h2', {}, t('compare.title')),
      this.layout,
      this.lock,
      zoomOut,
      zoomIn,
      leave,
    );
    this.showLock(true);
  }

  /** Says how they are shown. */
  show(layout: Layout): void {
    this.shown = layout;
    if (layout === 'beside') name(this.layout, 'slider', t('compare.slider'));
    else name(this.layout, 'compare', t('compare.beside'));
  }

  private showLock(locked: boolean): void {
    this.lock.setAttribute('aria-pressed', String(locked));
    this.lock.replaceChildren(icon(locked ? 'locked' : 'unlocked'));
  }
}

function button(testId: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'icon-button', onclick, 'data-testid': testId });
}

function name(of: HTMLButtonElement, picture: IconName, label: string): void {
  of.setAttribute('aria-label', label);
  of.title = label;
  of.replaceChildren(icon(picture));
}
