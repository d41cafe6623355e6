import type { Feature, FeatureCollection } from 'geojson';
import { type GeoJSONSource, type LayerSpecification, type Map, Marker } from 'maplibre-gl';

import type { AreaScope, ExcludedArea } from '../api/areas';
import { h } from '../lib/dom';
import type { Box, Place, Polygon, Position } from '../lib/geometry';
import { t } from '../locales';
import { areaAt, drawAreas, multiPolygon, recolourAreas } from '../walk/areaLayers';
import { BaseMap } from '../walk/baseMap';
import { Coverage } from '../walk/coverage';
import { onSchemeChange, palette } from '../walk/palette';
import { recolour } from '../walk/recolour';
import { DrawMode } from './drawMode';
import type { DrawSession } from './drawing';

const DRAFT = 'draft';
const DRAFT_FILL = 'draft_fill';
const DRAFT_LINE = 'draft_line';
const DRAFT_CORNERS = 'draft_corners';

export interface AreasMapEvents {
  /** An area was clicked, and nothing is being drawn. */
  readonly onPick: (id: string) => void;
  /** The areas are drawn. */
  readonly onReady: () => void;
  readonly onNoBackground: () => void;
}

function draftLayers(): LayerSpecification[] {
  const { selected, halo } = palette();
  const from = { source: DRAFT };
  return [
    { ...from, id: DRAFT_FILL, type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': selected, 'fill-opacity': 0.2 } },
    { ...from, id: DRAFT_LINE, type: 'line', filter: ['!', ['has', 'isOpen']], paint: { 'line-color': selected, 'line-width': 2.5 } },
    {
      ...from,
      id: DRAFT_CORNERS,
      type: 'circle',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-color': selected, 'circle-radius': ['case', ['get', 'isFirst'], 7, 5], 'circle-stroke-color': halo, 'circle-stroke-width': 2 },
    },
  ];
}

function point(position: Position, isFirst: boolean): Feature {
  return { type: 'Feature', properties: { isFirst }, geometry: { type: 'Point', coordinates: [...position] } };
}

function line(positions: readonly Position[]): Feature {
  return { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: positions.map((each) => [...each]) } };
}

/** The map of excluded areas, on which new ones are drawn. */
export class AreasMap {
  private readonly map: Map;
  private readonly abort = new AbortController();
  private readonly base: BaseMap;
  private readonly coverage: Coverage;
  private readonly styled: Promise<void>;
  private readonly wrong = new Marker({ element: h('div', { class: 'wrong-place' }) });
  private readonly stopScheme: () => void;
  private drawMode: DrawMode | null = null;
  private draft: FeatureCollection = { type: 'FeatureCollection', features: [] };

  /** @throws {Error} when the browser can't draw it. */
  constructor(
    container: HTMLElement,
    styleUrl: string | null,
    scope: AreaScope,
    private readonly events: AreasMapEvents,
  ) {
    const { onNoBackground } = events;
    this.base = BaseMap.create(container, { position: null, styleUrl, title: t('areas.map'), onNoBackground }, this.abort.signal);
    this.map = this.base.map;
    this.coverage = new Coverage(this.map, 'default', scope === 'own' ? '/users/me/map/style.json' : '/map/style.json');
    this.styled = this.base.furnish();
    void this.furnish();
    this.map.on('click', ({ point: { x, y } }) => {
      const id = this.drawMode === null ? areaAt(this.map, { x, y })?.id : null;
      if (typeof id === 'string') this.events.onPick(id);
    });
    this.stopScheme = onSchemeChange(() => {
      recolourAreas(this.map);
      this.coverage.colour();
      recolour(this.map, draftLayers());
    });
  }

  get place(): Place {
    return this.base.position;
  }

  fit(box: Box): void {
    this.base.fit(box);
  }

  /** Goes to a place that was looked for, and marks it; null: there is none any more. */
  showFound(place: Place | null, box: Box | null): void {
    this.base.showFound(place, box);
  }

  /** Draws the areas that there are. */
  async show(areas: readonly ExcludedArea[]): Promise<void> {
    await this.styled;
    if (this.abort.signal.aborted) return;
    drawAreas(this.map, areas);
    if (this.map.getLayer(DRAFT_FILL) === undefined) {
      this.map.addSource(DRAFT, { type: 'geojson', data: this.draft });
      for (const layer of draftLayers()) this.map.addLayer(layer);
      void this.map.once('idle', this.events.onReady);
    }
  }

  /** Has an outline drawn by mouse, finger and keys. */
  draw(session: DrawSession): void {
    this.endDrawing();
    this.drawMode = new DrawMode(this.map, session, (corners, next) => { this.showOutline(corners, next); });
    this.drawMode.start();
  }

  endDrawing(): void {
    this.drawMode?.destroy();
    this.drawMode = null;
    this.mark(null);
  }

  /** Corners came, went or moved, by whatever means: draws them, and goes to one that is to be seen if it is out of view. */
  updateDrawing(at: Position | null): void {
    this.mark(null);
    this.drawMode?.update();
    if (at !== null && !this.map.getBounds().contains([...at])) this.map.jumpTo({ center: [...at] });
  }

  /** Places a corner under the crosshair. */
  placeHere(): void {
    this.drawMode?.placeHere();
  }

  /** Draws what is about to become an area; empty for nothing. */
  showDraft(polygons: readonly Polygon[]): void {
    const features = polygons.length === 0 ? [] : [{ type: 'Feature' as const, properties: {}, geometry: multiPolygon(polygons) }];
    this.put(features);
  }

  /** Marks where something is wrong with what is drawn, or takes the mark away. */
  mark(position: Position | null): void {
    this.wrong.remove();
    if (position !== null) this.wrong.setLngLat([...position]).addTo(this.map);
  }

  destroy(): void {
    this.abort.abort();
    this.stopScheme();
    this.endDrawing();
    this.base.destroy();
  }

  /** The corners so far, and the edge that the next one would make. */
  private showOutline(corners: readonly Position[], next: Position | null): void {
    const whole = next === null ? corners : [...corners, next];
    const edges = corners.length > 0 && whole.length > 1 ? [line(whole)] : [];
    const [first] = whole;
    const inside: Feature[] =
      first === undefined || whole.length < 3
        ? []
        : [{ type: 'Feature', properties: { isOpen: true }, geometry: multiPolygon([[[...whole, first]]]) }];
    this.put([...inside, ...edges, ...corners.map((each, index) => point(each, index === 0))]);
  }

  private put(features: Feature[]): void {
    this.draft = { type: 'FeatureCollection', features };
    void this.map.getSource<GeoJSONSource>(DRAFT)?.setData(this.draft);
  }

  private async furnish(): Promise<void> {
    const { signal } = this.abort;
    await this.styled;
    await this.base.drawWorld();
    // Where pictures are is good to know, and the rest works without.
    await this.coverage.load('', this.styled, signal).catch((error: unknown) => {
      if (!signal.aborted) console.warn(error);
    });
  }
}
