import { iconButton, renameButton } from '../../app/iconButton';
import { h } from '../../lib/dom';
import { icon } from '../../lib/icons';
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
    const change = (): void => { actions.layout(this.shown === 'beside' ? 'slider' : 'beside'); };
    this.layout = iconButton('slider', t('compare.slider'), change, 'compare-layout');
    const turnLock = (): void => {
      const locked = this.lock.getAttribute('aria-pressed') !== 'true';
      this.showLock(locked);
      actions.lock(locked);
    };
    this.lock = iconButton('locked', t('compare.lock'), turnLock, 'compare-lock');
    const zoomIn = iconButton('plus', t('walk.zoomIn'), () => { actions.zoom(1); }, 'compare-zoom-in');
    const zoomOut = iconButton('minus', t('walk.zoomOut'), () => { actions.zoom(-1); }, 'compare-zoom-out');
    const leave = iconButton('close', t('compare.leave'), actions.leave, 'compare-leave');
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
    if (layout === 'beside') renameButton(this.layout, 'slider', t('compare.slider'));
    else renameButton(this.layout, 'compare', t('compare.beside'));
  }

  private showLock(locked: boolean): void {
    this.lock.setAttribute('aria-pressed', String(locked));
    this.lock.replaceChildren(icon(locked ? 'locked' : 'unlocked'));
  }
}
