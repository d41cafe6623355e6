import type { Picture } from '../api/picture';
import { h } from '../lib/dom';
import type { Lens, Point } from './blur/plane';
import {
  contain,
  fitted,
  focalOf,
  imageWidthDegrees,
  lensOf,
  type Placement,
  placementOf,
  scaleOfZoom,
  type Size,
  viewOf,
  zoomAt,
  zoomOfScale,
} from './flatMath';
import { type Direction, directionIn } from './ground';
import { type OnLook, type Surface, TURN_STEP, ZOOM_STEP } from './surface';
import type { View } from './url';

const WHOLE: Placement = { scale: 1, x: 0, y: 0 };
/** From this zoom on, the full resolution is worth fetching. */
const HD_FROM_SCALE = 1.5;

function load(src: string): Promise<HTMLImageElement> {
  const image = h('img', { alt: '', draggable: 'false', decoding: 'async' });
  return new Promise((resolve, reject) => {
    image.addEventListener('load', () => {
      resolve(image);
    });
    image.addEventListener('error', () => {
      reject(new Error('the image could not be loaded'));
    });
    image.src = src;
  });
}

/** Shows a flat picture; it can be dragged, pinched and zoomed. */
export class FlatSurface implements Surface {
  readonly is360 = false;
  readonly element = h('div', { class: 'flat' });
  private readonly layer = h('div', { class: 'flat-layer' });
  private readonly resized: ResizeObserver;
  private readonly pointers = new Map<number, PointerEvent>();
  private picture: Picture | null = null;
  private size: Size = { width: 0, height: 0 };
  private placement = WHOLE;
  private hdAsked = false;
  private shown = 0;

  constructor(
    parent: HTMLElement,
    private readonly onLook: OnLook,
  ) {
    parent.append(this.element);
    this.element.append(this.layer);
    this.resized = new ResizeObserver(() => {
      this.place(this.placement);
    });
    this.resized.observe(this.element);
    this.listen();
  }

  async show(picture: Picture, view: () => View, leave: () => void): Promise<void> {
    const turn = ++this.shown;
    const first = await load(picture.thumb).catch(() => load(picture.sd));
    if (turn !== this.shown) throw new DOMException('overtaken', 'AbortError');
    // It is drawn in the very frame in which it takes the other's place.
    await first.decode().catch(() => undefined);
    if (turn !== this.shown) throw new DOMException('overtaken', 'AbortError');
    leave();
    this.picture = picture;
    this.hdAsked = false;
    this.size = { width: first.naturalWidth, height: first.naturalHeight };
    this.layer.replaceChildren(first);
    this.look(view());
    if (!first.src.endsWith(picture.sd)) void this.sharpen(picture.sd, turn);
  }

  get view(): View {
    const heading = this.picture?.heading ?? 0;
    return viewOf(this.placement, this.fit, heading, this.span);
  }

  get width(): number {
    const fit = this.fit.width * this.placement.scale;
    return fit > 0 ? Math.min(1, this.frame.width / fit) * this.span : this.span;
  }

  get focal(): number {
    return focalOf(this.fit.width * this.placement.scale, this.span);
  }

  zoomOf(focal: number): number {
    const whole = focalOf(this.fit.width, this.span);
    return whole > 0 ? zoomOfScale(focal / whole) : 0;
  }

  lens(size: Size): Lens {
    return lensOf(this.placement, this.fit, this.frame, size);
  }

  still(): Element | null {
    const image = this.layer.firstElementChild;
    if (image === null) return null;
    // The image itself, as a copy would have to be decoded; the layer is about to get another one.
    const layer = this.layer.cloneNode();
    layer.appendChild(image);
    return h('div', { class: 'flat' }, layer);
  }

  directionAt(at: Point): Direction | null {
    const within = this.lens({ width: 1, height: 1 }).toPicture(at);
    if (this.picture === null || within.x < 0 || within.x > 1 || within.y < 0 || within.y > 1) return null;
    return directionIn(within, this.size, this.picture.heading, this.span);
  }

  look(view: View): void {
    this.place(placementOf(view, this.fit, this.picture?.heading ?? 0, this.span));
  }

  turn(degrees: number): void {
    const step = (degrees / TURN_STEP) * this.frame.width * 0.2;
    this.place({ ...this.placement, x: this.placement.x - step });
  }

  zoom(step: 1 | -1): void {
    this.place(zoomAt(this.placement, scaleOfZoom(ZOOM_STEP) ** step, { x: 0, y: 0 }));
  }

  destroy(): void {
    this.shown += 1;
    this.resized.disconnect();
    this.element.remove();
  }

  private get frame(): Size {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  private get fit(): Size {
    return fitted(this.size, this.frame);
  }

  private get span(): number {
    return imageWidthDegrees(this.picture?.fieldOfView ?? null);
  }

  private place(wanted: Placement): void {
    this.placement = contain(wanted, this.size, this.frame);
    const { scale, x, y } = this.placement;
    const { width, height } = this.fit;
    Object.assign(this.layer.style, {
      width: `${width}px`,
      height: `${height}px`,
      transform: `translate(-50%, -50%) translate(${x}px, ${y}px) scale(${scale})`,
    });
    this.element.classList.toggle('zoomed', scale > 1);
    if (scale >= HD_FROM_SCALE && !this.hdAsked && this.picture !== null) {
      this.hdAsked = true;
      void this.sharpen(this.picture.hd, this.shown);
    }
    this.onLook();
  }

  /** Lays a sharper version over what is shown. */
  private async sharpen(src: string, turn: number): Promise<void> {
    try {
      const image = await load(src);
      await image.decode().catch(() => undefined);
      const current = this.layer.querySelector('img');
      if (turn !== this.shown || (current !== null && current.naturalWidth >= image.naturalWidth)) return;
      this.layer.replaceChildren(image);
    } catch {
      // What is shown already stays.
    }
  }

  private listen(): void {
    const { element, pointers } = this;
    element.addEventListener('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, event);
    });
    element.addEventListener('pointermove', (event) => {
      this.onPointerMove(event);
    });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      element.addEventListener(end, (event) => pointers.delete(event.pointerId));
    }
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        this.place(zoomAt(this.placement, Math.exp(-event.deltaY / 400), this.fromMiddle(event)));
      },
      { passive: false },
    );
    element.addEventListener('dblclick', (event) => {
      this.place(this.placement.scale > 1 ? WHOLE : zoomAt(this.placement, 3, this.fromMiddle(event)));
    });
  }

  private onPointerMove(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) return;
    const other = [...this.pointers.values()].find((pointer) => pointer.pointerId !== event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (other !== undefined) {
      const apart = (pointer: PointerEvent): number =>
        Math.max(1, Math.hypot(pointer.clientX - other.clientX, pointer.clientY - other.clientY));
      this.place(zoomAt(this.placement, apart(event) / apart(before), this.fromMiddle(event)));
      return;
    }
    const { scale, x, y } = this.placement;
    this.place({ scale, x: x + event.clientX - before.clientX, y: y + event.clientY - before.clientY });
  }

  private fromMiddle(event: MouseEvent): { x: number; y: number } {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
  }
}
