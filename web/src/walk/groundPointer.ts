import '../styles/ground.css';

import { h } from '../lib/dom';
import { type Direction, groundDistance, markSize } from './ground';
import type { Surface } from './surface';

/** Farther than this from where it began, in pixels, a press is a drag. */
const DRAG_PX = 6;
/** A photo that is pressed twice within this time is enlarged instead, ms. */
const TWICE_MS = 280;

/** Marks on the ground where the mouse points to, and tells where it is clicked or tapped. */
export class GroundPointer {
  readonly element = h('div', { class: 'ground-mark', hidden: true, 'data-testid': 'ground-mark' });
  private from: { readonly x: number; readonly y: number } | null = null;
  private timer: number | undefined;

  constructor(
    private readonly stage: HTMLElement,
    private readonly surface: () => Surface | null,
    private readonly onGround: (direction: Direction) => void,
  ) {
    stage.addEventListener('pointerdown', (event) => { this.press(event); });
    stage.addEventListener('pointermove', (event) => { this.point(event); });
    stage.addEventListener('pointerleave', () => { this.hide(); });
    // The panorama's viewer keeps fingers from making clicks.
    stage.addEventListener('pointerup', (event) => { this.release(event); });
    stage.addEventListener('pointercancel', () => { this.from = null; });
  }

  /** Takes the mark away, until the mouse moves. */
  hide(): void {
    this.element.hidden = true;
  }

  destroy(): void {
    this.forget();
  }

  private directionAt(event: MouseEvent): Direction | null {
    const { left, top } = this.stage.getBoundingClientRect();
    return this.surface()?.directionAt({ x: event.clientX - left, y: event.clientY - top }) ?? null;
  }

  private point(event: PointerEvent): void {
    const surface = this.surface();
    const direction = event.pointerType === 'mouse' && event.buttons === 0 ? this.directionAt(event) : null;
    const size = direction === null || surface === null ? null : markSize(direction, surface.focal);
    this.element.hidden = size === null;
    if (size === null) return;
    const { left, top } = this.stage.getBoundingClientRect();
    Object.assign(this.element.style, {
      width: `${size.width}px`,
      height: `${size.height}px`,
      transform: `translate(${event.clientX - left - size.width / 2}px, ${event.clientY - top - size.height / 2}px)`,
    });
  }

  private press(event: PointerEvent): void {
    const isSecond = this.timer !== undefined;
    this.forget();
    // A second finger makes a pinch of it.
    const isAlone = event.isPrimary && event.button === 0;
    this.from = isAlone && !isSecond ? { x: event.clientX, y: event.clientY } : null;
  }

  private release(event: PointerEvent): void {
    const { from } = this;
    this.from = null;
    if (from === null || Math.hypot(event.clientX - from.x, event.clientY - from.y) > DRAG_PX) return;
    const surface = this.surface();
    const direction = this.directionAt(event);
    if (surface === null || direction === null || groundDistance(direction.pitch) === null) return;
    if (surface.is360) {
      this.onGround(direction);
      return;
    }
    this.timer = window.setTimeout(() => {
      this.forget();
      this.onGround(direction);
    }, TWICE_MS);
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
