import type { ExpressionSpecification, LayerSpecification, Map, VectorSourceSpecification } from 'maplibre-gl';

import { request } from '../api/client';
import { list, number, object } from '../api/json';
import { palette } from './palette';

export const SOURCE = 'geovisio';
export const LINES = 'geovisio_sequences';
export const POINTS = 'geovisio_pictures';
export const GRID = 'geovisio_grid';
const SELECTED_LINE = 'selected_sequence';
const SELECTED_POINTS = 'selected_pictures';
const HALO = 'panorama_halo';

const NOTHING: ExpressionSpecification = ['boolean', false];

/** The coverage source as the API describes it. */
export async function coverageSource(signal: AbortSignal): Promise<VectorSourceSpecification> {
  const style = object(await request('/map/style.json', { signal }));
  const source = object(object(style.sources)[SOURCE]);
  const tiles = list(source.tiles).filter((url) => typeof url === 'string');
  if (tiles.length === 0) throw new Error('the coverage style names no tiles');
  return {
    type: 'vector',
    tiles,
    minzoom: number(source.minzoom) ?? 0,
    maxzoom: number(source.maxzoom) ?? 15,
  };
}

const LINE_WIDTH: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 6, 1, 10, 2, 14, 3.5, 17, 5];
const POINT_RADIUS: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 15, 3, 17, 5.5, 20, 9];
const POINT_OPACITY: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 15, 0, 15.6, 1];

function gridRadius(scale: number): ExpressionSpecification {
  // From a dot that is just seen to one that fills its cell.
  const coef: ExpressionSpecification = ['coalesce', ['get', 'coef'], 0.5];
  const sized = (low: number, high: number): ExpressionSpecification => [
    'case',
    ['<=', coef, 0],
    0,
    ['+', low * scale, ['*', (high - low) * scale, coef]],
  ];
  return ['interpolate', ['linear'], ['zoom'], 0, sized(1.5, 4), 4, sized(2.5, 7), 6, sized(4, 11)];
}

function layers(): LayerSpecification[] {
  const colours = palette();
  const from = { source: SOURCE };
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return [
    {
      ...from,
      id: GRID,
      type: 'circle',
      'source-layer': 'grid',
      maxzoom: 7,
      paint: {
        'circle-color': colours.coverage,
        'circle-radius': gridRadius(1),
        'circle-opacity': ['interpolate', ['linear'], ['zoom'], 6, 0.75, 7, 0],
        'circle-blur': 0.15,
      },
    },
    {
      ...from,
      id: LINES,
      type: 'line',
      'source-layer': 'sequences',
      layout: round,
      paint: {
        'line-color': colours.coverage,
        'line-width': LINE_WIDTH,
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 6, 0.4, 7, 0.9],
      },
    },
    {
      ...from,
      id: SELECTED_LINE,
      type: 'line',
      'source-layer': 'sequences',
      filter: NOTHING,
      layout: round,
      paint: { 'line-color': colours.selected, 'line-width': LINE_WIDTH },
    },
    {
      ...from,
      id: HALO,
      type: 'circle',
      'source-layer': 'pictures',
      minzoom: 15,
      filter: ['==', ['get', 'type'], 'equirectangular'],
      paint: {
        'circle-color': colours.coverage,
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 15, 5, 17, 10, 20, 17],
        'circle-opacity': ['interpolate', ['linear'], ['zoom'], 15.5, 0, 16.5, 0.22],
      },
    },
    pointLayer(POINTS, colours.coverage, colours.halo, null),
    pointLayer(SELECTED_POINTS, colours.selected, colours.halo, NOTHING),
  ];
}

function pointLayer(
  id: string,
  colour: string,
  outline: string,
  filter: ExpressionSpecification | null,
): LayerSpecification {
  return {
    id,
    type: 'circle',
    source: SOURCE,
    'source-layer': 'pictures',
    minzoom: 15,
    ...(filter === null ? {} : { filter }),
    paint: {
      'circle-color': colour,
      'circle-radius': POINT_RADIUS,
      'circle-opacity': POINT_OPACITY,
      'circle-stroke-color': outline,
      'circle-stroke-width': 1.5,
      'circle-stroke-opacity': POINT_OPACITY,
    },
  };
}

/** Draws the coverage over whatever background the map has. */
export function addCoverage(map: Map, source: VectorSourceSpecification): void {
  if (map.getSource(SOURCE) !== undefined) return;
  map.addSource(SOURCE, source);
  for (const layer of layers()) map.addLayer(layer);
}

/** Shows one sequence, or none, in the colour of what is selected. */
export function selectSequence(map: Map, sequence: string | null): void {
  if (map.getLayer(SELECTED_LINE) === undefined) return;
  const is: ExpressionSpecification = sequence === null ? NOTHING : ['==', ['get', 'id'], sequence];
  // `sequences` is a text that holds a JSON array of ids.
  const has: ExpressionSpecification =
    sequence === null ? NOTHING : ['in', sequence, ['coalesce', ['get', 'sequences'], '']];
  map.setFilter(SELECTED_LINE, is);
  map.setFilter(SELECTED_POINTS, has);
}

/** Draws the coverage in the colours of now. */
export function recolourCoverage(map: Map): void {
  for (const layer of layers()) {
    if (map.getLayer(layer.id) === undefined || layer.type === 'background') continue;
    for (const [name, value] of Object.entries(layer.paint ?? {})) {
      if (name.endsWith('-color')) map.setPaintProperty(layer.id, name, value as string);
    }
  }
}
