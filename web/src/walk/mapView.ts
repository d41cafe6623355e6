import 'maplibre-gl/dist/maplibre-gl.css';

import {
  AttributionControl,
  GeolocateControl,
  type LngLatBoundsLike,
  Map,
  type MapMouseEvent,
  Marker,
  NavigationControl,
  Popup,
  ScaleControl,
  setWorkerUrl,
  type StyleSpecification,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-csp-worker.js?url';

import { freshAddress } from '../api/pictures';
import { h } from '../lib/dom';
import { type Box, boxAround, metresPerPixel, type Place } from '../lib/geometry';
import { t } from '../locales';
import { backgroundStyle, loadWorld, recolourBackground, showWorld } from './background';
import { showCountryNames } from './countryNames';
import { Coverage, GRID, LINES, POINTS } from './coverage';
import type { Theme } from './filters/filters';
import { onSchemeChange } from './palette';
import type { MapPosition } from './url';
import { ViewCone } from './viewCone';

setWorkerUrl(workerUrl);

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
const PICTURE_ZOOM = 17;
const WORLD: LngLatBoundsLike = [-170, -58, 178, 74];

async function externalStyle(url: string, signal: AbortSignal): Promise<StyleSpecification> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the background style answered ${response.status}`);
  return (await response.json()) as StyleSpecification;
}

function texts(): Record<string, string> {
  return {
    'NavigationControl.ZoomIn': t('map.zoomIn'),
    'NavigationControl.ZoomOut': t('map.zoomOut'),
    'NavigationControl.ResetBearing': t('map.north'),
    'GeolocateControl.FindMyLocation': t('map.locate'),
    'GeolocateControl.LocationNotAvailable': t('map.locateUnavailable'),
    'AttributionControl.ToggleAttribution': t('map.attribution'),
    'Map.Title': t('walk.map'),
  };
}

/** The map: a background, the coverage, and where the reader stands. */
export class MapView {
  private readonly abort = new AbortController();
  private readonly cone: ViewCone;
  private readonly found = new Marker({ element: h('div', { class: 'found' }) });
  private readonly coverage: Coverage;
  private readonly preview = new Popup({ closeButton: false, closeOnClick: false, className: 'preview', offset: 12 });
  private readonly cleanups: (() => void)[] = [];
  private readonly styled: Promise<void>;
  private isStyled: () => void = () => undefined;
  private ready = false;

  private constructor(
    private readonly map: Map,
    private readonly choice: CoverageChoice,
    private readonly events: MapEvents,
  ) {
    this.cone = new ViewCone(map);
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
    const map = new Map({
      container,
      style: styleUrl === null ? backgroundStyle() : { version: 8, sources: {}, layers: [] },
      ...(position === null
        ? { bounds: WORLD }
        : { center: [position.lon, position.lat] as [number, number], zoom: position.zoom }),
      maxZoom: 21,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      attributionControl: false,
      locale: texts(),
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    const credits = styleUrl === null ? { customAttribution: t('walk.attribution') } : {};
    map.addControl(new AttributionControl({ compact: true, ...credits }), 'bottom-right');
    map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
    map.addControl(new GeolocateControl({ positionOptions: { enableHighAccuracy: true } }), 'bottom-right');
    map.addControl(new ScaleControl({ maxWidth: 100 }), 'bottom-left');
    const view = new MapView(map, choice, events);
    void view.furnish(styleUrl);
    view.listen();
    return view;
  }

  get position(): MapPosition {
    const { lng, lat } = this.map.getCenter().wrap();
    return { zoom: this.map.getZoom(), lat, lon: lng };
  }

  goTo(position: MapPosition): void {
    this.map.jumpTo({ center: [position.lon, position.lat], zoom: position.zoom });
  }

  fit(box: Box): void {
    const [west, south, east, north] = box;
    this.map.fitBounds([west, south, east, north], { padding: 60, maxZoom: PICTURE_ZOOM, animate: false });
  }

  /** Goes to a place that was looked for, and marks it; null: there is none any more. */
  showFound(place: Place | null, box: Box | null): void {
    this.found.remove();
    if (place === null) return;
    this.found.setLngLat([place.lon, place.lat]).addTo(this.map);
    if (box === null) this.goTo({ ...place, zoom: PICTURE_ZOOM });
    else this.fit(box);
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
    this.map.remove();
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
    map.on('error', (event) => {
      // Tiles that fail are tried again by the next move; what matters to the reader is said by `onProblem`.
      const problem = event.error as Error;
      if (problem.name !== 'AbortError') console.warn(problem.message);
    });
    this.cleanups.push(
      onSchemeChange(() => {
        recolourBackground(map);
        this.coverage.colour();
      }),
    );
  }

  private async furnish(styleUrl: string | null): Promise<void> {
    const { signal } = this.abort;
    const coverage = this.narrow(this.choice.query).then(
      () => true,
      (error: unknown) => {
        if (!signal.aborted) console.warn(error);
        return false;
      },
    );
    const builtIn = !(styleUrl !== null && (await this.useStyle(styleUrl, signal)));
    if (!this.map.isStyleLoaded()) await new Promise((resolve) => void this.map.once('style.load', resolve));
    this.isStyled();
    const found = await coverage;
    if (signal.aborted) return;
    if (!found) this.events.onProblem('coverage');
    this.map.on('idle', () => {
      const first = this.coverage.firstZoom;
      if (first === null) return;
      if (!this.ready) this.events.onReady();
      this.ready = true;
      if (this.map.getZoom() < first) this.events.onSettled('tooFar');
      else this.events.onSettled(this.coverage.isSeen() ? 'something' : 'nothing');
    });
    this.map.triggerRepaint();
    if (builtIn) await this.drawWorld(signal);
  }

  private async drawWorld(signal: AbortSignal): Promise<void> {
    try {
      const world = await loadWorld(signal);
      showWorld(this.map, world);
      this.cleanups.push(showCountryNames(this.map, world));
    } catch (error) {
      if (!signal.aborted) console.warn(error);
    }
  }

  /** Whether the operator's own style could be loaded; the built-in one otherwise. */
  private async useStyle(url: string, signal: AbortSignal): Promise<boolean> {
    try {
      const style = await externalStyle(url, signal);
      this.map.setStyle(style, { diff: false });
      return true;
    } catch {
      if (signal.aborted) return false;
      this.map.setStyle(backgroundStyle(), { diff: false });
      this.events.onProblem('background');
      return false;
    }
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
