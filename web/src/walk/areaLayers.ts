import type { FeatureCollection } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, Map } from 'maplibre-gl';

import type { ExcludedArea } from '../api/areas';
import type { Polygon } from '../lib/geometry';
import { palette } from './palette';
import { recolour } from './recolour';

/** The layer that areas are hit by. */
export const AREAS = 'excluded_areas';
const OUTLINES = 'excluded_area_outlines';

/** Polygons as MapLibre takes them. */
export function multiPolygon(polygons: readonly Polygon[]): GeoJSON.MultiPolygon {
  const coordinates = polygons.map((polygon) => polygon.map((ring) => ring.map(([lon, lat]) => [lon, lat])));
  return { type: 'MultiPolygon', coordinates };
}

function collection(areas: readonly ExcludedArea[]): FeatureCollection {
  const features = areas.map(({ id, label, isAllowed, polygons }) => ({
    type: 'Feature' as const,
    properties: { id, label, isAllowed },
    geometry: multiPolygon(polygons),
  }));
  return { type: 'FeatureCollection', features };
}

function layers(): LayerSpecification[] {
  const { excluded, allowed } = palette();
  const colour: ExpressionSpecification = ['case', ['get', 'isAllowed'], allowed, excluded];
  const from = { source: AREAS };
  return [
    // Where pictures are allowed is not to look like a stain.
    { ...from, id: AREAS, type: 'fill', paint: { 'fill-color': colour, 'fill-opacity': ['case', ['get', 'isAllowed'], 0.03, 0.16] } },
    { ...from, id: OUTLINES, type: 'line', paint: { 'line-color': colour, 'line-width': 1.5, 'line-dasharray': [3, 2] } },
  ];
}

/** Draws areas on a map whose style is loaded, below a layer if one is named. Called again, it draws these instead. */
export function drawAreas(map: Map, areas: readonly ExcludedArea[], below?: string): void {
  const source = map.getSource<GeoJSONSource>(AREAS);
  if (source !== undefined) {
    void source.setData(collection(areas));
    return;
  }
  map.addSource(AREAS, { type: 'geojson', data: collection(areas) });
  for (const layer of layers()) map.addLayer(layer, below);
}

/** Draws them in the colours of now. */
export function recolourAreas(map: Map): void {
  recolour(map, layers());
}

/** What is said of the area at a point of the map, pixels; of one of them where several are. */
export function areaAt(map: Map, point: { readonly x: number; readonly y: number }): Readonly<Record<string, unknown>> | null {
  if (map.getLayer(AREAS) === undefined) return null;
  return map.queryRenderedFeatures([point.x, point.y], { layers: [AREAS] })[0]?.properties ?? null;
}
