import type { Redaction } from '../../api/redactions';
import { h, svg } from '../../lib/dom';
import { t } from '../../locales';
import { boundsOf, cornersOf, type Lens, moved, type Point, type Rect, rectOf, within } from './plane';
import { MOST_BOXES, outlineOf, pointsOf } from './region';

/** A side is at least so long, in pixels of the screen: less is a click. */
const LEAST_SIDE = 8;
/** A box that is added without drawing it: part of the shorter side of the stage. */
const USUAL_PART = 0.2;

/** A box that is to be blurred. */
interface Box {
  /** In pixels of the picture. */
  corners: readonly Point[];
  outline: readonly Point[];
  readonly element: SVGGElement;
}

/** What a pointer does from going down to going up. */
type Gesture =
  | { readonly kind: 'draw'; readonly pointer: number; readonly from: Point }
  | { readonly kind: 'move'; readonly pointer: number; readonly from: Point; readonly box: Box; readonly rect: Rect }
  | { readonly kind: 'resize'; readonly pointer: number; readonly fixed: Point; readonly box: Box };

export interface StageEvents {
  /** Boxes came or went, or another one is selected. */
  readonly onChange: () => void;
  /** Something that is blurred was clicked. */
  readonly onPick: (redaction: Redaction) => void;
  readonly onZoom: (step: 1 | -1) => void;
  readonly onFull: () => void;
}

function points(of: readonly Point[]): string {
  return of.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

/** Whether a point lies in a polygon: a line from it crosses the outline an odd number of times. */
function holds(polygon: readonly Point[], { x, y }: Point): boolean {
  return polygon.reduce((inside, to, index) => {
    const from = polygon.at(index - 1) ?? to;
    const crosses = from.y > y !== to.y > y && x < from.x + ((to.x - from.x) * (y - from.y)) / (to.y - from.y);
    return crosses ? !inside : inside;
  }, false);
}

/** Lies over the picture: boxes are drawn on it, and what is blurred already is outlined. */
export class BlurStage {
  readonly element = h('div', { class: 'blur-stage', 'data-testid': 'blur-stage' });
  private readonly existing = svg('g', { class: 'blur-existing' });
  private readonly drawn = svg('g');
  private readonly draft = svg('polygon', { class: 'blur-draft' });
  private boxes: Box[] = [];
  private selected: Box | null = null;
  private redactions: readonly Redaction[] = [];
  private gesture: Gesture | null = null;
  private locked = false;

  constructor(
    private readonly lens: () => Lens,
    private readonly events: StageEvents,
  ) {
    this.element.append(svg('svg', {}, this.existing, this.drawn, this.draft));
    this.listen();
  }

  get count(): number {
    return this.boxes.length;
  }

  get hasSelection(): boolean {
    return this.selected !== null;
  }

  /** The outlines of all boxes, in pixels of the picture. */
  get outlines(): readonly (readonly Point[])[] {
    return this.boxes.map((box) => box.outline);
  }

  /** Outlines what is blurred already, numbered from 1. */
  show(redactions: readonly Redaction[]): void {
    this.redactions = redactions;
    this.refresh();
  }

  /** Whether the picture can be turned and moved, in place of drawing on it. */
  setLooking(looking: boolean): void {
    this.element.classList.toggle('looking', looking);
  }

  /** While boxes are sent, nothing changes. */
  setLocked(locked: boolean): void {
    this.locked = locked;
    this.element.classList.toggle('locked', locked);
  }

  /** Puts everything where it belongs in what is seen now. */
  refresh(): void {
    const lens = this.lens();
    for (const box of this.boxes) this.place(box, lens);
    this.existing.replaceChildren(...this.redactions.flatMap((redaction, index) => this.outlined(redaction, index + 1, lens)));
  }

  /** Adds a box in the middle of what is seen, and selects it. */
  addInMiddle(): void {
    const { width, height } = this.size;
    const half = (Math.min(width, height) * USUAL_PART) / 2;
    const shift = ((this.boxes.length % 5) * half) / 2;
    const middle = { x: width / 2 + shift, y: height / 2 + shift };
    this.add(rectOf({ x: middle.x - half, y: middle.y - half }, { x: middle.x + half, y: middle.y + half }))?.element.focus();
  }

  removeSelected(): void {
    if (this.selected === null || this.locked) return;
    const at = this.boxes.indexOf(this.selected);
    this.selected.element.remove();
    this.boxes.splice(at, 1);
    const next = this.boxes[Math.min(at, this.boxes.length - 1)] ?? null;
    this.label();
    this.select(next);
    next?.element.focus();
  }

  /** Moves the selected box by pixels of the screen. False: none is selected. */
  moveSelected(dx: number, dy: number): boolean {
    return this.change((rect) => moved(rect, dx, dy));
  }

  /** Moves the right and lower side of the selected box by pixels of the screen. False: none is selected. */
  resizeSelected(dx: number, dy: number): boolean {
    return this.change(({ left, top, right, bottom }) => ({
      left,
      top,
      right: Math.max(left + LEAST_SIDE, right + dx),
      bottom: Math.max(top + LEAST_SIDE, bottom + dy),
    }));
  }

  deselect(): void {
    this.select(null);
  }

  private get size(): { width: number; height: number } {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  private change(by: (rect: Rect) => Rect): boolean {
    if (this.selected === null) return false;
    const rect = this.seen(this.selected);
    if (rect !== null && !this.locked) this.set(this.selected, by(rect));
    return true;
  }

  private add(rect: Rect): Box | null {
    if (this.boxes.length >= MOST_BOXES) {
      this.events.onFull();
      return null;
    }
    const element = svg('g', { class: 'blur-box', tabindex: 0, role: 'group', 'data-testid': 'blur-box' });
    element.append(svg('polygon'));
    for (const corner of [0, 1, 2, 3]) {
      // The finger's part of a handle is larger than the eye's.
      element.append(
        svg('g', { class: 'blur-handle', 'data-corner': corner }, svg('circle', { r: 16 }), svg('circle', { r: 6 })),
      );
    }
    const box: Box = { corners: [], outline: [], element };
    element.addEventListener('focus', () => {
      this.select(box);
    });
    this.boxes.push(box);
    this.drawn.append(element);
    this.set(box, rect);
    this.label();
    this.select(box);
    return box;
  }

  private label(): void {
    this.boxes.forEach(({ element }, index) => {
      element.setAttribute('aria-label', t('blur.box', { number: index + 1, count: this.boxes.length }));
    });
  }

  private select(box: Box | null): void {
    this.selected = box;
    for (const each of this.boxes) each.element.classList.toggle('selected', each === box);
    this.events.onChange();
  }

  /** Gives a box the place that a rectangle on the screen covers. */
  private set(box: Box, rect: Rect): void {
    const lens = this.lens();
    const inside = within(rect, this.size);
    box.corners = cornersOf(inside).map((corner) => lens.toPicture(corner));
    box.outline = outlineOf(inside, lens);
    this.place(box, lens);
  }

  /** Where a box is seen now: the rectangle around it. Null if it is not. */
  private seen(box: Box): Rect | null {
    const lens = this.lens();
    const corners = box.corners.map((corner) => lens.toScreen(corner));
    return corners.some((corner) => corner === null) ? null : boundsOf(corners.filter((corner) => corner !== null));
  }

  private place({ element, outline, corners }: Box, lens: Lens): void {
    const seen = outline.map((at) => lens.toScreen(at)).filter((at) => at !== null);
    const whole = seen.length === outline.length;
    element.classList.toggle('unseen', !whole);
    if (!whole) return;
    element.querySelector('polygon')?.setAttribute('points', points(seen));
    element.querySelectorAll('.blur-handle').forEach((handle, index) => {
      const at = corners[index];
      const place = at === undefined ? null : lens.toScreen(at);
      if (place !== null) handle.setAttribute('transform', `translate(${place.x.toFixed(1)} ${place.y.toFixed(1)})`);
    });
  }

  private outlined(redaction: Redaction, number: number, lens: Lens): SVGElement[] {
    return this.polygons(redaction, lens).flatMap((polygon) => {
      const { left, top } = boundsOf(polygon);
      const state = redaction.state === 'done' ? '' : ` ${redaction.state}`;
      return [
        svg('polygon', { points: points(polygon), class: `blur-outline${state}` }),
        svg('text', { x: left.toFixed(1), y: (top - 4).toFixed(1) }, String(number)),
      ];
    });
  }

  private polygons(redaction: Redaction, lens: Lens): Point[][] {
    return redaction.regions
      .map((region) => pointsOf(region).map((at) => lens.toScreen(at)))
      .filter((polygon) => polygon.every((at) => at !== null));
  }

  private listen(): void {
    const { element } = this;
    element.addEventListener('pointerdown', (event) => {
      this.onDown(event);
    });
    element.addEventListener('pointermove', (event) => {
      if (event.pointerId === this.gesture?.pointer) this.onMove(this.gesture, this.at(event));
    });
    element.addEventListener('pointerup', (event) => {
      if (event.pointerId === this.gesture?.pointer) this.onUp(this.gesture, this.at(event));
    });
    element.addEventListener('pointercancel', () => {
      this.end();
    });
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        this.events.onZoom(event.deltaY < 0 ? 1 : -1);
      },
      { passive: false },
    );
  }

  private at(event: PointerEvent): Point {
    const { left, top } = this.element.getBoundingClientRect();
    const { width, height } = this.size;
    const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
    return { x: clamp(event.clientX - left, width), y: clamp(event.clientY - top, height) };
  }

  private onDown(event: PointerEvent): void {
    if (this.gesture !== null) {
      // A second finger is no drawing.
      this.end();
      return;
    }
    if (this.locked || event.button !== 0 || !(event.target instanceof Element)) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    const [pointer, from] = [event.pointerId, this.at(event)];
    const box = this.boxes.find(({ element }) => element.contains(event.target as Element)) ?? null;
    const rect = box === null ? null : this.seen(box);
    if (box === null || rect === null) {
      this.gesture = { kind: 'draw', pointer, from };
      return;
    }
    box.element.focus();
    const corner = event.target.closest<SVGGElement>('[data-corner]')?.dataset.corner;
    const fixed = cornersOf(rect)[(Number(corner) + 2) % 4];
    this.gesture =
      corner === undefined || fixed === undefined
        ? { kind: 'move', pointer, from, box, rect }
        : { kind: 'resize', pointer, fixed, box };
  }

  private onMove(gesture: Gesture, at: Point): void {
    switch (gesture.kind) {
      case 'draw':
        this.draft.setAttribute('points', points(cornersOf(rectOf(gesture.from, at))));
        break;
      case 'move':
        this.set(gesture.box, moved(gesture.rect, at.x - gesture.from.x, at.y - gesture.from.y));
        break;
      case 'resize': {
        const { left, top, right, bottom } = rectOf(gesture.fixed, at);
        if (right - left >= LEAST_SIDE && bottom - top >= LEAST_SIDE) this.set(gesture.box, rectOf(gesture.fixed, at));
        break;
      }
    }
  }

  private onUp(gesture: Gesture, at: Point): void {
    this.end();
    if (gesture.kind !== 'draw') return;
    const rect = rectOf(gesture.from, at);
    if (rect.right - rect.left >= LEAST_SIDE && rect.bottom - rect.top >= LEAST_SIDE) {
      this.add(rect)?.element.focus();
      return;
    }
    this.select(null);
    const lens = this.lens();
    const picked = this.redactions.find((each) => this.polygons(each, lens).some((polygon) => holds(polygon, at)));
    if (picked !== undefined) this.events.onPick(picked);
  }

  private end(): void {
    this.gesture = null;
    this.draft.removeAttribute('points');
  }
}
