import type { ExpressionSpecification, LayerSpecification, Map, VectorSourceSpecification, VectorTileSource } from 'maplibre-gl';

import { request } from '../api/client';
import { list, number, object } from '../api/json';
import type { Theme } from './filters/filters';
import { coverageColour } from './filters/theme';
import { palette } from './palette';
import { recolour } from './recolour';

export const SOURCE = 'geovisio';
export const LINES = 'geovisio_sequences';
export const POINTS = 'geovisio_pictures';
export const GRID = 'geovisio_grid';
const SELECTED_LINE = 'selected_sequence';
const SELECTED_POINTS = 'selected_pictures';
const HALO = 'panorama_halo';

const NOTHING: ExpressionSpecification = ['boolean', false];

/** The coverage source as the API describes it at this address. */
async function coverageSource(style: string, signal: AbortSignal): Promise<VectorSourceSpecification> {
  const answer = object(await request(style, { signal }));
  // There is one, whose name on the map of an account ends with the account's id.
  const source = object(Object.values(object(answer.sources))[0]);
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

function layers(theme: Theme): LayerSpecification[] {
  const colours = palette();
  const colour = coverageColour(theme);
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
        'line-color': colour,
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
        'circle-color': colour,
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 15, 5, 17, 10, 20, 17],
        'circle-opacity': ['interpolate', ['linear'], ['zoom'], 15.5, 0, 16.5, 0.22],
      },
    },
    pointLayer(POINTS, colour, colours.halo, null),
    pointLayer(SELECTED_POINTS, colours.selected, colours.halo, NOTHING),
  ];
}

function pointLayer(
  id: string,
  colour: string | ExpressionSpecification,
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

/** Where there are pictures, drawn over whatever background the map has. */
export class Coverage {
  private source: VectorSourceSpecification | null = null;
  private sequence: string | null = null;
  private latest = 0;

  constructor(
    private readonly map: Map,
    private theme: Theme,
    /** Where the API describes it. */
    private readonly style: '/map/style.json' | '/users/me/map/style.json' = '/map/style.json',
  ) {}

  /** The zoom level from which on there is something to be seen; null before anything is drawn. */
  get firstZoom(): number | null {
    return this.source?.minzoom ?? null;
  }

  /**
   * Draws it, narrowed down by these parameters of the API; the latest call counts. The map's style has to be loaded once
   * `styled` is.
   *
   * @throws {ApiError} when the API can't be asked, with what was drawn before still there.
   */
  async load(query: string, styled: Promise<unknown>, signal: AbortSignal): Promise<void> {
    this.latest += 1;
    const turn = this.latest;
    const [source] = await Promise.all([coverageSource(this.style + query, signal), styled]);
    if (turn !== this.latest || signal.aborted) return;
    this.remove();
    this.source = source;
    this.map.addSource(SOURCE, source);
    for (const layer of layers(this.theme)) this.map.addLayer(layer);
    this.select(this.sequence);
  }

  /** Asks for the tiles in view once more. Answers whether there is anything drawn to ask for. */
  renew(): boolean {
    const drawn = this.map.getSource<VectorTileSource>(SOURCE);
    if (drawn === undefined) return false;
    drawn.setTiles(drawn.tiles);
    return true;
  }

  /** Shows one sequence, or none, in the colour of what is selected. */
  select(sequence: string | null): void {
    this.sequence = sequence;
    if (this.map.getLayer(SELECTED_LINE) === undefined) return;
    const is: ExpressionSpecification = sequence === null ? NOTHING : ['==', ['get', 'id'], sequence];
    // `sequences` is a text that holds a JSON array of ids.
    const has: ExpressionSpecification =
      sequence === null ? NOTHING : ['in', sequence, ['coalesce', ['get', 'sequences'], '']];
    this.map.setFilter(SELECTED_LINE, is);
    this.map.setFilter(SELECTED_POINTS, has);
  }

  /** Draws it in the colours of this theme, or in those that the one it has has now. */
  colour(theme: Theme = this.theme): void {
    this.theme = theme;
    recolour(this.map, layers(theme));
  }

  /** Makes and models of cameras by which there is something in view. */
  cameras(): string[] {
    if (this.source === null) return [];
    const seen = ['sequences', 'pictures'].flatMap((layer) => this.map.querySourceFeatures(SOURCE, { sourceLayer: layer }));
    const names = seen.map(({ properties }) => properties.model as unknown).filter((name) => typeof name === 'string');
    return [...new Set(names)].sort();
  }

  /** Whether anything of it is drawn in view. */
  isSeen(): boolean {
    const drawn = [GRID, LINES, POINTS].filter((layer) => this.map.getLayer(layer) !== undefined);
    return this.map.queryRenderedFeatures({ layers: drawn }).length > 0;
  }

  private remove(): void {
    if (this.source === null) return;
    for (const layer of layers(this.theme)) this.map.removeLayer(layer.id);
    this.map.removeSource(SOURCE);
    this.source = null;
  }
}
