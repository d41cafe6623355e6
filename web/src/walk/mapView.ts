import { type Map, type MapMouseEvent, Popup } from 'maplibre-gl';

import { freshAddress } from '../api/pictures';
import { SETTLED_MS } from '../app/connection';
import { h } from '../lib/dom';
import { type Box, boxAround, metresPerPixel, type Place } from '../lib/geometry';
import { wait } from '../lib/time';
import { t } from '../locales';
import { BaseMap, PICTURE_ZOOM } from './baseMap';
import { Coverage, GRID, LINES, POINTS } from './coverage';
import type { Theme } from './filters/filters';
import { onSchemeChange } from './palette';
import type { PublicAreas } from './publicAreas';
import type { MapPosition } from './url';
import { ViewCone } from './viewCone';

/** What was clicked on the map. */
export type MapTarget =
  | { readonly kind: 'picture'; readonly id: string; readonly sequence: string | null }
  | { readonly kind: 'line'; readonly sequence: string | null; readonly around: readonly Box[] };

export interface MapEvents {
  readonly onTarget: (target: MapTarget) => void;
  readonly onMove: () => void;
  /** The coverage is drawn for the first time. */
  readonly onReady: () => void;
  readonly onProblem: (kind: 'background' | 'coverage') => void;
  /** What is in view is drawn. */
  readonly onSettled: (seen: Seen) => void;
}

/** What of the coverage is in view. `tooFar`: at this zoom level there is none to be seen. */
export type Seen = 'something' | 'nothing' | 'tooFar';

/** What is shown of the coverage, and how. */
export interface CoverageChoice {
  /** Parameters by which the API narrows it down. */
  readonly query: string;
  readonly theme: Theme;
}

/** How far from a click, in pixels, something still counts as hit. */
const HIT_PX = 8;

/** The map: a background, the coverage, and where the reader stands. */
export class MapView {
  private readonly map: Map;
  private readonly cone: ViewCone;
  private readonly coverage: Coverage;
  private readonly preview = new Popup({ closeButton: false, closeOnClick: false, className: 'preview', offset: 12 });
  private readonly cleanups: (() => void)[] = [];
  private readonly styled: Promise<void>;
  private isStyled: () => void = () => undefined;
  private ready = false;
  /** What the coverage is narrowed down by. */
  private query: string;
  private areas: PublicAreas | null = null;

  private constructor(
    private readonly base: BaseMap,
    private readonly abort: AbortController,
    choice: CoverageChoice,
    private readonly events: MapEvents,
  ) {
    const { map } = base;
    this.map = map;
    this.cone = new ViewCone(map);
    this.query = choice.query;
    this.coverage = new Coverage(map, choice.theme);
    this.styled = new Promise((resolve) => (this.isStyled = resolve));
  }

  /** @throws {Error} when the browser can't draw it. */
  static create(
    container: HTMLElement,
    position: MapPosition | null,
    styleUrl: string | null,
    choice: CoverageChoice,
    events: MapEvents,
  ): MapView {
    const abort = new AbortController();
    const onNoBackground = (): void => {
      events.onProblem('background');
    };
    const base = BaseMap.create(container, { position, styleUrl, title: t('walk.map'), onNoBackground }, abort.signal);
    const view = new MapView(base, abort, choice, events);
    void view.furnish();
    view.listen();
    return view;
  }

  get position(): MapPosition {
    return this.base.position;
  }

  goTo(position: MapPosition): void {
    this.base.goTo(position);
  }

  fit(box: Box): void {
    this.base.fit(box);
  }

  /** Goes to a place that was looked for, and marks it; null: there is none any more. */
  showFound(place: Place | null, box: Box | null): void {
    this.base.showFound(place, box);
  }

  /** Marks where a picture was taken; `centre` moves there, close enough to see the street. */
  showPicture(place: Place | null, sequence: string | null, centre: boolean): void {
    this.cone.place(place);
    this.coverage.select(sequence);
    if (place === null) return;
    // The frame may have changed its size in this very moment, before the map could notice.
    this.map.resize();
    const center: [number, number] = [place.lon, place.lat];
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const at = this.map.project(center);
    const outside = at.x < 20 || at.y < 20 || at.x > width - 20 || at.y > height - 20;
    if (!centre && !outside) return;
    const zoom = this.map.getZoom() < 13 ? PICTURE_ZOOM : this.map.getZoom();
    if (outside) this.map.jumpTo({ center, zoom });
    else this.map.easeTo({ center, zoom, duration: 400 });
  }

  turn(heading: number, width: number): void {
    this.cone.turn(heading, width);
  }

  /**
   * Narrows the coverage down by these parameters of the API.
   *
   * @throws {ApiError} when the API can't be asked, with what was drawn before still there.
   */
  narrow(query: string): Promise<void> {
    this.query = query;
    return this.coverage.load(query, this.styled, this.abort.signal);
  }

  colour(theme: Theme): void {
    this.coverage.colour(theme);
  }

  /** Makes and models of cameras by which there is something in view. */
  cameras(): string[] {
    return this.coverage.cameras();
  }

  destroy(): void {
    this.abort.abort();
    for (const cleanup of this.cleanups) cleanup();
    this.areas?.destroy();
    this.base.destroy();
  }

  private listen(): void {
    const { map } = this;
    map.on('moveend', () => {
      this.events.onMove();
    });
    map.on('click', (event) => {
      this.onClick(event);
    });
    map.on('mousemove', (event) => {
      this.onHover(event);
    });
    map.on('mouseout', () => this.preview.remove());
    const { signal } = this.abort;
    window.addEventListener('online', () => void wait(SETTLED_MS, signal).then(() => this.renew(), () => undefined), { signal });
    this.cleanups.push(
      onSchemeChange(() => {
        this.coverage.colour();
      }),
    );
  }

  /** What could not be loaded while there was no network comes when there is one. */
  private async renew(): Promise<void> {
    if (this.coverage.renew()) return;
    try {
      await this.narrow(this.query);
    } catch {
      if (!this.abort.signal.aborted) this.events.onProblem('coverage');
    }
  }

  private async furnish(): Promise<void> {
    const { signal } = this.abort;
    const coverage = this.narrow(this.query).then(
      () => true,
      (error: unknown) => {
        if (!signal.aborted) console.warn(error);
        return false;
      },
    );
    await this.base.furnish();
    this.isStyled();
    const found = await coverage;
    if (signal.aborted) return;
    if (!found && navigator.onLine) this.events.onProblem('coverage');
    this.map.on('idle', () => {
      const first = this.coverage.firstZoom;
      if (first === null) return;
      if (!this.ready) this.events.onReady();
      this.ready = true;
      if (this.map.getZoom() < first) this.events.onSettled('tooFar');
      else this.events.onSettled(this.coverage.isSeen() ? 'something' : 'nothing');
    });
    this.map.triggerRepaint();
    await this.base.drawWorld();
    await this.drawPublicAreas();
  }

  private hit(event: MapMouseEvent, layer: string): ReturnType<Map['queryRenderedFeatures']> {
    if (this.map.getLayer(layer) === undefined) return [];
    const { x, y } = event.point;
    return this.map.queryRenderedFeatures(
      [
        [x - HIT_PX, y - HIT_PX],
        [x + HIT_PX, y + HIT_PX],
      ],
      { layers: [layer] },
    );
  }

  private nearestPoint(event: MapMouseEvent): ReturnType<Map['queryRenderedFeatures']>[number] | undefined {
    if (this.map.getZoom() < 15.2) return undefined;
    const away = ({ geometry }: GeoJSON.Feature): number => {
      if (geometry.type !== 'Point') return Infinity;
      const [lon = 0, lat = 0] = geometry.coordinates;
      return this.map.project([lon, lat]).dist(event.point);
    };
    return this.hit(event, POINTS).sort((a, b) => away(a) - away(b))[0];
  }

  private onClick(event: MapMouseEvent): void {
    const point = this.nearestPoint(event);
    const id: unknown = point?.properties.id;
    if (typeof id === 'string') {
      const first: unknown = point?.properties.first_sequence;
      this.events.onTarget({ kind: 'picture', id, sequence: typeof first === 'string' ? first : null });
      return;
    }
    const line = this.hit(event, LINES)[0];
    if (line !== undefined) {
      const sequence: unknown = line.properties.id;
      this.events.onTarget({
        kind: 'line',
        sequence: typeof sequence === 'string' ? sequence : null,
        around: this.boxesAround(event),
      });
      return;
    }
    if (this.hit(event, GRID).length > 0) {
      this.map.easeTo({ center: event.lngLat, zoom: Math.min(this.map.getZoom() + 3, 9) });
      return;
    }
    this.areas?.tell(event);
  }

  /** Where no pictures are taken, which nobody has to wait for. */
  private async drawPublicAreas(): Promise<void> {
    const { signal } = this.abort;
    try {
      const { PublicAreas } = await import('./publicAreas');
      this.areas = await PublicAreas.draw(this.map, signal);
    } catch (error) {
      if (!signal.aborted) console.warn(error);
    }
  }

  /** Boxes to look for a picture in, the smaller first: lines run up to some hundred metres between two pictures. */
  private boxesAround(event: MapMouseEvent): Box[] {
    const { lng, lat } = event.lngLat.wrap();
    const pixel = metresPerPixel(lat, this.map.getZoom());
    return [Math.max(12 * pixel, 45), Math.max(60 * pixel, 400)].map((radius) => boxAround({ lon: lng, lat }, radius));
  }

  private onHover(event: MapMouseEvent): void {
    const point = this.nearestPoint(event);
    const over = point !== undefined || this.hit(event, LINES).length > 0 || this.hit(event, GRID).length > 0;
    this.map.getCanvas().style.cursor = over ? 'pointer' : '';
    const id: unknown = point?.properties.id;
    if (typeof id !== 'string' || point?.geometry.type !== 'Point') {
      this.preview.remove();
      return;
    }
    const [lon = 0, lat = 0] = point.geometry.coordinates;
    const src = freshAddress(id, `/api/pictures/${encodeURIComponent(id)}/thumb.jpg`);
    if (this.preview.isOpen() && this.preview.getElement().querySelector('img')?.getAttribute('src') === src) return;
    this.preview.setLngLat([lon, lat]).setDOMContent(h('img', { src, alt: '', width: 200 })).addTo(this.map);
  }
}
