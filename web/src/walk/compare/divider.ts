import { h } from '../../lib/dom';
import { icon } from '../../lib/icons';
import { clamp } from '../../lib/geometry';
import { t } from '../../locales';

/** Per cent of the width by which keys move it, and a click on one of its arrows. */
const STEP = 2;
const LEAP = 10;
/** Pixels within which a press counts as a click. */
const STILL = 4;

/** Where one picture ends and the other begins, in per cent from the left: dragged, clicked, or moved by keys. */
export class Divider {
  readonly element: HTMLElement;
  private at = 50;
  private names: readonly [string, string] = ['', ''];
  private drag: { readonly from: number; moved: boolean } | null = null;

  /** `frame`: what it parts, which is told where in `--divide`. */
  constructor(private readonly frame: HTMLElement) {
    this.element = h(
      'div',
      {
        class: 'compare-divider',
        role: 'slider',
        tabindex: 0,
        'aria-label': t('compare.divider'),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        hidden: true,
        'data-testid': 'compare-divider',
      },
      h('span', { class: 'compare-knob' }, icon('back'), icon('forward')),
    );
    this.listen();
    this.move(this.at);
  }

  /** What lies to its left and to its right. */
  name(first: string, second: string): void {
    this.names = [first, second];
    this.move(this.at);
  }

  destroy(): void {
    this.frame.style.removeProperty('--divide');
  }

  private move(to: number): void {
    this.at = clamp(to, 0, 100);
    const percent = Math.round(this.at);
    const [first, second] = this.names;
    this.frame.style.setProperty('--divide', `${this.at}%`);
    this.element.setAttribute('aria-valuenow', String(percent));
    this.element.setAttribute('aria-valuetext', t('compare.dividerAt', { percent, first, second }));
  }

  private listen(): void {
    const { element } = this;
    element.addEventListener('keydown', (event) => {
      const to = this.byKey(event.key);
      if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.move(to);
    });
    element.addEventListener('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      this.drag = { from: event.clientX, moved: false };
    });
    element.addEventListener('pointermove', (event) => {
      if (this.drag === null) return;
      this.drag.moved ||= Math.abs(event.clientX - this.drag.from) > STILL;
      if (this.drag.moved) this.move(this.placeOf(event));
    });
    element.addEventListener('pointerup', (event) => {
      // Who cannot drag clicks on the arrows.
      if (this.drag?.moved === false) this.move(this.at + (this.placeOf(event) < this.at ? -LEAP : LEAP));
      this.drag = null;
    });
    element.addEventListener('pointercancel', () => {
      this.drag = null;
    });
  }

  private placeOf(event: PointerEvent): number {
    const { left, width } = this.frame.getBoundingClientRect();
    return ((event.clientX - left) / width) * 100;
  }

  private byKey(key: string): number | null {
    switch (key) {
      case 'ArrowLeft':
      case 'ArrowDown':
        return this.at - STEP;
      case 'ArrowRight':
      case 'ArrowUp':
        return this.at + STEP;
      case 'PageDown':
        return this.at - LEAP;
      case 'PageUp':
        return this.at + LEAP;
      case 'Home':
        return 0;
      case 'End':
        return 100;
      default:
        return null;
    }
  }
}
