import 'maplibre-gl/dist/maplibre-gl.css';
import '../styles/map.css';

import {
  AttributionControl,
  GeolocateControl,
  type LngLatBoundsLike,
  Map,
  Marker,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
  type StyleSpecification,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-csp-worker.js?url';

import { onceOnline } from '../app/connection';
import { h } from '../lib/dom';
import type { Box, Place } from '../lib/geometry';
import { t } from '../locales';
import { backgroundStyle, loadWorld, recolourBackground, showWorld } from './background';
import { showCountryNames } from './countryNames';
import { onSchemeChange } from './palette';
import type { MapPosition } from './url';

setWorkerUrl(workerUrl);

/** Close enough to see the street. */
export const PICTURE_ZOOM = 17;
const WORLD: LngLatBoundsLike = [-170, -58, 178, 74];

async function externalStyle(url: string, signal: AbortSignal): Promise<StyleSpecification> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the background style answered ${response.status}`);
  return (await response.json()) as StyleSpecification;
}

function texts(title: string): Record<string, string> {
  return {
    'NavigationControl.ZoomIn': t('map.zoomIn'),
    'NavigationControl.ZoomOut': t('map.zoomOut'),
    'NavigationControl.ResetBearing': t('map.north'),
    'GeolocateControl.FindMyLocation': t('map.locate'),
    'GeolocateControl.LocationNotAvailable': t('map.locateUnavailable'),
    'AttributionControl.ToggleAttribution': t('map.attribution'),
    'Map.Title': title,
  };
}

export interface BaseMapOptions {
  /** Where it stands first; null for the whole world. */
  readonly position: MapPosition | null;
  /** Address of the operator's own style; null for the background that is drawn from this site's files. */
  readonly styleUrl: string | null;
  /** What it is called for who does not see it. */
  readonly title: string;
  /** The operator's style could not be loaded; the built-in one is shown in its place. */
  readonly onNoBackground: () => void;
}

/** A map with a background and the usual controls, for others to draw on. */
export class BaseMap {
  private readonly found = new Marker({ element: h('div', { class: 'found' }) });
  private readonly cleanups: (() => void)[] = [];
  private isBuiltIn: boolean;

  private constructor(
    readonly map: Map,
    private readonly options: BaseMapOptions,
    private readonly signal: AbortSignal,
  ) {
    this.isBuiltIn = options.styleUrl === null;
    map.on('error', (event) => {
      // Tiles that fail are tried again by the next move; what matters to the reader is said by who draws on the map.
      const problem = event.error as Error;
      if (problem.name !== 'AbortError') console.warn(problem.message);
    });
    this.cleanups.push(
      onSchemeChange(() => {
        recolourBackground(map);
      }),
    );
  }

  /** @throws {Error} when the browser can't draw it. */
  static create(container: HTMLElement, options: BaseMapOptions, signal: AbortSignal): BaseMap {
    const { position, styleUrl, title } = options;
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
      locale: texts(title),
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    const credits = styleUrl === null ? { customAttribution: t('walk.attribution') } : {};
    map.addControl(new AttributionControl({ compact: true, ...credits }), 'bottom-right');
    map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
    map.addControl(new GeolocateControl({ positionOptions: { enableHighAccuracy: true } }), 'bottom-right');
    map.addControl(new ScaleControl({ maxWidth: 100 }), 'bottom-left');
    return new BaseMap(map, options, signal);
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

  /** Resolves once there is a style that sources and layers may be added to. */
  async furnish(): Promise<void> {
    if (this.options.styleUrl !== null) this.isBuiltIn = !(await this.useStyle(this.options.styleUrl));
    if (!this.map.isStyleLoaded()) await new Promise((resolve) => void this.map.once('style.load', resolve));
  }

  /** Draws land and borders, where the background is the built-in one. */
  async drawWorld(): Promise<void> {
    if (!this.isBuiltIn) return;
    try {
      const world = await loadWorld(this.signal);
      showWorld(this.map, world);
      this.cleanups.push(showCountryNames(this.map, world));
    } catch (error) {
      if (this.signal.aborted) return;
      console.warn(error);
      if (!navigator.onLine) onceOnline(() => this.drawWorld(), this.signal);
    }
  }

  destroy(): void {
    for (const cleanup of this.cleanups) cleanup();
    this.map.remove();
  }

  /** Whether the operator's own style could be loaded; the built-in one otherwise. */
  private async useStyle(url: string): Promise<boolean> {
    try {
      const style = await externalStyle(url, this.signal);
      this.map.setStyle(style, { diff: false });
      return true;
    } catch {
      if (this.signal.aborted) return false;
      this.map.setStyle(backgroundStyle(), { diff: false });
      this.options.onNoBackground();
      return false;
    }
  }
}
