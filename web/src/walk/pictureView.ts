import type { Picture, PictureLink } from '../api/picture';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { ArrowRing } from './arrowRing';
import { chooseArrows } from './arrows';
import type { Direction } from './ground';
import { GroundPointer } from './groundPointer';
import { Leaving, motionBetween } from './leaving';
import { type Glance, sameLook } from './looking';
import type { Surface } from './surface';
import type { View } from './url';

export interface PictureEvents {
  readonly onLook: () => void;
  readonly onGo: (link: PictureLink) => void;
  /** The ground was clicked. Without this, it can't be. */
  readonly onGround?: (direction: Direction) => void;
}

/** The picture with its arrows, whatever kind it is. */
export class PictureView {
  readonly element = h('section', { class: 'picture', 'aria-label': t('walk.picture'), 'data-testid': 'picture' });
  private readonly stage = h('div', { class: 'stage' });
  private readonly ring: ArrowRing;
  private readonly notice = h('div', { class: 'picture-notice', role: 'alert', hidden: true });
  private readonly leaving = new Leaving(this.stage);
  private readonly pointer: GroundPointer | null = null;
  private surface: Surface | null = null;
  private picture: Picture | null = null;
  private turn = 0;

  constructor(private readonly events: PictureEvents) {
    this.ring = new ArrowRing(events.onGo);
    this.element.append(this.stage, this.ring.element, h('div', { class: 'loading-bar' }), this.notice);
    if (events.onGround === undefined) return;
    this.pointer = new GroundPointer(this.stage, () => this.surface, events.onGround);
    this.stage.after(this.pointer.element);
  }

  /** Where the reader looks, or null before the first picture. */
  get view(): View | null {
    return this.picture === null || this.surface === null ? null : this.surface.view;
  }

  /** Width of what is in view, degrees. */
  get width(): number {
    return this.surface?.width ?? 70;
  }

  /** What the picture is shown on, or null before the first one. */
  get shownOn(): Surface | null {
    return this.surface;
  }

  /** How the reader looks at it, or null before the first picture. */
  get glance(): Glance | null {
    const { view, surface } = this;
    return view === null || surface === null ? null : { is360: surface.is360, view, focal: surface.focal };
  }

  /** Lays something over the picture, below what is said of it. */
  cover(element: HTMLElement): void {
    this.notice.before(element);
  }

  setLoading(loading: boolean): void {
    this.element.classList.toggle('loading', loading);
  }

  /** Says what is wrong, over the picture. */
  fail(message: string, retry: (() => void) | null): void {
    this.setLoading(false);
    this.notice.hidden = false;
    const again =
      retry === null
        ? null
        : h('button', { type: 'button', class: 'button', onclick: retry }, t('app.retry'));
    fill(this.notice, h('p', {}, message), again);
  }

  clearFailure(): void {
    this.notice.hidden = true;
    fill(this.notice);
  }

  /**
   * Shows a picture; resolves when its first pixels are seen. `look` is where to look, or how another picture was looked at;
   * else as before from panorama to panorama and straight ahead otherwise.
   */
  async show(picture: Picture, look: View | Glance | null): Promise<void> {
    const turn = ++this.turn;
    // Told by what was shown before, which may be gone a moment later.
    const next = look ?? this.nextView(picture);
    const surface = await this.surfaceFor(picture);
    try {
      await surface.show(picture, () => ('view' in next ? sameLook(next, surface) : next), () => {
        if (turn !== this.turn) throw new DOMException('overtaken', 'AbortError');
        this.leave(picture, surface);
      });
    } catch (error) {
      if (surface !== this.surface) surface.destroy();
      throw error;
    }
    this.ring.set(chooseArrows(picture));
    this.look();
  }

  /** Has another picture take the place of the one that is seen. */
  private leave(picture: Picture, surface: Surface): void {
    const { picture: before, surface: old, view } = this;
    this.pointer?.hide();
    if (before !== null && old !== null && view !== null) {
      this.leaving.begin(() => old.still(), motionBetween(before.place, picture.place, view.heading));
    }
    if (old !== surface) old?.destroy();
    this.surface = surface;
    this.picture = picture;
  }

  look(): void {
    const view = this.view;
    if (view === null) return;
    this.ring.look(view);
    this.events.onLook();
  }

  lookAt(view: View): void {
    this.surface?.look(view);
  }

  turnBy(degrees: number): void {
    this.surface?.turn(degrees);
  }

  zoom(step: 1 | -1): void {
    this.surface?.zoom(step);
  }

  /** Forgets the picture shown. */
  clear(): void {
    this.turn += 1;
    this.leaving.end();
    this.pointer?.hide();
    this.surface?.destroy();
    this.surface = null;
    this.picture = null;
    this.ring.set([]);
    this.clearFailure();
    this.setLoading(false);
  }

  destroy(): void {
    this.clear();
    this.pointer?.destroy();
  }

  private nextView(picture: Picture): View {
    const view = this.view;
    if (view === null || !picture.is360) return { heading: picture.heading, pitch: 0, zoom: 0 };
    if (this.picture?.is360 === true) return view;
    return { heading: view.heading, pitch: 0, zoom: 0 };
  }

  /** What to show a picture on: the same again, or one of another kind. */
  private async surfaceFor(picture: Picture): Promise<Surface> {
    if (this.surface?.is360 === picture.is360) return this.surface;
    const onLook = (): void => {
      this.look();
    };
    const Made = picture.is360
      ? (await import('./sphereSurface')).SphereSurface
      : (await import('./flatSurface')).FlatSurface;
    return new Made(this.stage, onLook);
  }
}
