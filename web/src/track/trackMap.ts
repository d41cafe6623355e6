import type { Feature, FeatureCollection } from 'geojson';
import type { GeoJSONSource, LngLat, Map, MapMouseEvent, MapTouchEvent } from 'maplibre-gl';

import { type Box, offset, type Place, type Position } from '../lib/geometry';
import { BaseMap } from '../walk/baseMap';
import { onSchemeChange } from '../walk/palette';
import { recolour } from '../walk/recolour';
import { addArrows, AFTER, PICKED, trackLayers, PICTURES, recolourArrows, TRACK } from './trackLayers';

/** How near to a picture a click means it, pixels. */
const REACH = 8;
/** How far something is dragged before it is no click, pixels. */
const STIR = 3;

export interface TrackMapEvents {
  /** A picture was clicked: its place in the list. */
  readonly onPick: (index: number) => void;
  /** Whether a picture can be dragged, by its place in the list. */
  readonly isMovable: (index: number) => boolean;
  /** One that can be is dragged, so many metres from where it was; `ended`: it was let go. */
  readonly onDrag: (east: number, north: number, ended: boolean) => void;
  readonly onReady: () => void;
  readonly onNoBackground: () => void;
}

/** Where a picture is, in which sequence, and where it looks, degrees clockwise from north. */
export interface Placed {
  readonly place: Place;
  readonly sequence: string;
  readonly heading: number | null;
}

function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}

function line(positions: readonly Position[]): Feature {
  return { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: positions.map((each) => [...each]) } };
}

function point({ place, heading }: Pick<Placed, 'place' | 'heading'>, properties: Record<string, unknown>): Feature {
  return {
    type: 'Feature',
    properties: { ...properties, ...(heading === null ? {} : { heading }) },
    geometry: { type: 'Point', coordinates: [place.lon, place.lat] },
  };
}

/** Lines along pictures of one sequence each. */
function tracks(pictures: readonly Placed[]): Feature[] {
  const lines: Position[][] = [];
  let last: string | null = null;
  for (const { place, sequence } of pictures) {
    if (sequence !== last) lines.push([]);
    last = sequence;
    lines.at(-1)?.push([place.lon, place.lat]);
  }
  return lines.filter(({ length }) => length > 1).map(line);
}

/** A map on which pictures are chosen, moved, and shown as they would be. */
export class TrackMap {
  private readonly map: Map;
  private readonly abort = new AbortController();
  private readonly base: BaseMap;
  private readonly styled: Promise<void>;
  private readonly stopScheme: () => void;
  private readonly sources: Record<string, FeatureCollection> = { [PICTURES]: collection([]), [AFTER]: collection([]), [TRACK]: collection([]), [PICKED]: collection([]) };
  private isDrawn = false;

  /** @throws {Error} when the browser can't draw it. */
  constructor(
    container: HTMLElement,
    title: string,
    styleUrl: string | null,
    private readonly events: TrackMapEvents,
  ) {
    const { onNoBackground } = events;
    this.base = BaseMap.create(container, { position: null, styleUrl, title, onNoBackground }, this.abort.signal);
    this.map = this.base.map;
    this.styled = this.base.furnish();
    void this.draw();
    this.map.on('click', (event) => {
      const found = this.pictureAt(event.point);
      if (found !== null) this.events.onPick(found);
    });
    this.map.on('mousedown', (event) => { this.grab(event); });
    this.map.on('touchstart', (event) => {
      if (event.points.length === 1) this.grab(event);
    });
    this.stopScheme = onSchemeChange(() => {
      recolourArrows(this.map);
      recolour(this.map, trackLayers());
    });
  }

  fit(box: Box): void {
    this.base.fit(box);
  }

  /** Goes where all of a box is seen, unless it is. */
  reveal(box: Box): void {
    const [west, south, east, north] = box;
    const view = this.map.getBounds();
    if (!view.contains([west, south]) || !view.contains([east, north])) this.base.fit(box);
  }

  /** Draws the pictures. */
  show(pictures: readonly Placed[], isChosen: (index: number) => boolean): void {
    const points = pictures.map((picture, index) => point(picture, { index, chosen: isChosen(index) }));
    this.put(PICTURES, [...tracks(pictures), ...points]);
  }

  /** Draws where pictures would be; empty for nothing. */
  showAfter(pictures: readonly Placed[]): void {
    this.put(AFTER, [...tracks(pictures), ...pictures.map((each) => point(each, {}))]);
  }

  /** Draws a track that was recorded; empty for nothing. */
  showTrack(lines: readonly (readonly Position[])[]): void {
    this.put(TRACK, lines.filter(({ length }) => length > 1).map(line));
  }

  /** Draws a ring around a place; null for none. */
  showPicked(place: Place | null): void {
    this.put(PICKED, place === null ? [] : [point({ place, heading: null }, {})]);
  }

  destroy(): void {
    this.abort.abort();
    this.stopScheme();
    this.base.destroy();
  }

  private put(source: string, features: Feature[]): void {
    const data = collection(features);
    this.sources[source] = data;
    void this.map.getSource<GeoJSONSource>(source)?.setData(data);
  }

  private async draw(): Promise<void> {
    await this.styled;
    await this.base.drawWorld();
    if (this.abort.signal.aborted) return;
    addArrows(this.map);
    for (const [id, data] of Object.entries(this.sources)) this.map.addSource(id, { type: 'geojson', data });
    for (const layer of trackLayers()) this.map.addLayer(layer);
    this.isDrawn = true;
    void this.map.once('idle', this.events.onReady);
  }

  /** The picture under a point of the map, the nearest to it; one that can be moved first. */
  private pictureAt({ x, y }: { readonly x: number; readonly y: number }): number | null {
    if (!this.isDrawn) return null;
    const found = this.map.queryRenderedFeatures(
      [
        [x - REACH, y - REACH],
        [x + REACH, y + REACH],
      ],
      { layers: [PICTURES] },
    );
    const nearest = found
      .flatMap(({ geometry, properties: { index } }) => {
        if (geometry.type !== 'Point' || typeof index !== 'number') return [];
        const [lon = 0, lat = 0] = geometry.coordinates;
        const at = this.map.project([lon, lat]);
        return [{ index, away: Math.hypot(at.x - x, at.y - y) }];
      })
      .sort((a, b) => a.away - b.away);
    return (nearest.find(({ index }) => this.events.isMovable(index)) ?? nearest[0])?.index ?? null;
  }

  /** Takes hold of a picture, where pictures are to be moved. */
  private grab(event: MapMouseEvent | MapTouchEvent): void {
    const found = this.pictureAt(event.point);
    if (found === null || !this.events.isMovable(found)) return;
    // The map stays where it is.
    event.preventDefault();
    const { lngLat: start, point: from } = event;
    let end = start;
    const tell = (ended: boolean): void => {
      const { east, north } = offset(placeOf(start), placeOf(end));
      this.events.onDrag(east, north, ended);
    };
    const move = (moved: MapMouseEvent | MapTouchEvent): void => {
      if (end === start && moved.point.dist(from) < STIR) return;
      end = moved.lngLat;
      tell(false);
    };
    const drop = (): void => {
      for (const each of held) each.unsubscribe();
      if (end !== start) tell(true);
    };
    const held = [
      this.map.on('mousemove', move),
      this.map.on('touchmove', move),
      this.map.on('mouseup', drop),
      this.map.on('touchend', drop),
      this.map.on('touchcancel', drop),
    ];
  }
}

function placeOf({ lng, lat }: LngLat): Place {
  return { lon: lng, lat };
}
