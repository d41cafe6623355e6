import type { Map, MapMouseEvent, MapTouchEvent } from 'maplibre-gl';

import type { Position } from '../lib/geometry';
import type { DrawSession } from './drawing';

/** How near to the first corner a click closes the outline, pixels; a finger is wide. */
const CLOSE_PX = 14;
/** How near to a corner it is taken hold of, and how far it is dragged before that is no click, pixels. */
const GRAB_PX = 10;
const STIR_PX = 3;
/** The second click of a double click may be so far from the first, pixels. */
const SAME_PX = 6;
/** How far an arrow key moves the map, pixels: without and with Shift. */
const STEP_PX = 60;
const SMALL_STEP_PX = 6;

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * Draws on the map. With a mouse or a finger: each click is a corner, a corner can be dragged, and a double click or the first corner
 * ends it. With keys: arrows move the map below a crosshair, Enter places a corner there; where that already is one, for nothing was moved since, it
 * ends it.
 */
export class DrawMode {
  private readonly canvas: HTMLCanvasElement;
  private readonly crosshair: HTMLElement;
  /** Whether keys have moved the map since the last corner. */
  private isAimed = false;
  private pointer: Position | null = null;
  private isDragging = false;
  private readonly listeners = new AbortController();

  constructor(
    private readonly map: Map,
    private readonly session: DrawSession,
    /** Draws the outline of these corners, up to a position that would be the next one. */
    private readonly show: (corners: readonly Position[], next: Position | null) => void,
  ) {
    this.canvas = map.getCanvas();
    this.crosshair = document.createElement('div');
    this.crosshair.className = 'crosshair';
    this.crosshair.setAttribute('aria-hidden', 'true');
  }

  start(): void {
    const { map, canvas } = this;
    map.doubleClickZoom.disable();
    map.on('click', this.onClick);
    map.on('dblclick', this.onDoubleClick);
    map.on('mousedown', this.onGrab);
    map.on('touchstart', this.onGrab);
    map.on('mousemove', this.onPointer);
    map.on('mouseout', this.onPointerGone);
    map.on('move', this.onMove);
    // Before the map's own keys: an arrow is a small step here, and no glide.
    canvas.addEventListener('keydown', (event) => { this.onKey(event); }, { signal: this.listeners.signal });
    map.getCanvasContainer().append(this.crosshair);
    canvas.style.cursor = 'crosshair';
    this.draw(null);
    canvas.focus({ preventScroll: true });
  }

  destroy(): void {
    const { map } = this;
    this.listeners.abort();
    map.off('click', this.onClick);
    map.off('dblclick', this.onDoubleClick);
    map.off('mousedown', this.onGrab);
    map.off('touchstart', this.onGrab);
    map.off('mousemove', this.onPointer);
    map.off('mouseout', this.onPointerGone);
    map.off('move', this.onMove);
    map.doubleClickZoom.enable();
    this.crosshair.remove();
    this.canvas.style.cursor = '';
  }

  /** Corners came or went. */
  update(): void {
    this.draw(this.pointer);
  }

  placeHere(): void {
    const { lng, lat } = this.map.getCenter();
    this.place([lng, lat]);
  }

  private draw(next: Position | null): void {
    this.show(this.session.corners, next);
  }

  private place(position: Position): void {
    if (this.session.place(position)) this.isAimed = false;
  }

  /** Whether a click is where a corner is. */
  private isAt(event: MapMouseEvent, corner: Position | undefined, pixels: number): boolean {
    return corner !== undefined && this.map.project([...corner]).dist(event.point) <= pixels;
  }

  private readonly onClick = (event: MapMouseEvent): void => {
    const { corners } = this.session;
    if (corners.length >= 3 && this.isAt(event, corners[0], CLOSE_PX)) this.session.close();
    else if (!this.isAt(event, corners.at(-1), SAME_PX)) this.place([event.lngLat.lng, event.lngLat.lat]);
  };

  private readonly onDoubleClick = (event: MapMouseEvent): void => {
    event.preventDefault();
    this.session.close();
  };

  /** Takes hold of a corner, and moves it along until it is let go. */
  private readonly onGrab = (event: MapMouseEvent | MapTouchEvent): void => {
    const { map, session } = this;
    const away = session.corners.map((corner) => map.project([...corner]).dist(event.point));
    const nearest = Math.min(...away);
    const index = away.indexOf(nearest);
    if (!(nearest <= GRAB_PX) || ('points' in event && event.points.length > 1)) return;
    // The map stays where it is.
    event.preventDefault();
    let end: Position | null = null;
    const move = (moved: MapMouseEvent | MapTouchEvent): void => {
      if (end === null && moved.point.dist(event.point) < STIR_PX) return;
      end = [moved.lngLat.lng, moved.lngLat.lat];
      this.isDragging = true;
      this.show(session.corners.with(index, end), null);
    };
    const drop = (): void => {
      for (const each of held) each.unsubscribe();
      this.isDragging = false;
      if (end !== null && !session.move(index, end)) this.draw(null);
    };
    const held = [
      map.on('mousemove', move),
      map.on('touchmove', move),
      map.on('mouseup', drop),
      map.on('touchend', drop),
      map.on('touchcancel', drop),
    ];
  };

  private readonly onPointer = (event: MapMouseEvent): void => {
    this.pointer = [event.lngLat.lng, event.lngLat.lat];
    if (!this.isDragging) this.draw(this.pointer);
  };

  private readonly onPointerGone = (): void => {
    this.pointer = null;
    if (!this.isDragging) this.draw(null);
  };

  private readonly onMove = (): void => {
    if (!this.isAimed) return;
    const { lng, lat } = this.map.getCenter();
    this.draw([lng, lat]);
  };

  private onKey(event: KeyboardEvent): void {
    const direction = DIRECTIONS[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (direction !== undefined) {
      const step = event.shiftKey ? SMALL_STEP_PX : STEP_PX;
      this.isAimed = true;
      this.pointer = null;
      this.map.panBy([direction[0] * step, direction[1] * step], { animate: false });
    } else if (event.key === 'Enter') {
      if (this.isAimed || this.session.corners.length === 0) this.placeHere();
      else this.session.close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
