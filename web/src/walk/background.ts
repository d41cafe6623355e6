import type { FeatureCollection, GeoJsonProperties, Geometry, MultiLineString } from 'geojson';
import type { GeoJSONSource, Map, StyleSpecification } from 'maplibre-gl';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlasUrl from 'world-atlas/countries-50m.json?url';

import { palette } from './palette';
import { unwrap } from './unwrap';

type Atlas = Topology<{ countries: GeometryCollection<{ name: string }>; land: GeometryCollection }>;

/** Land, borders and countries of Natural Earth at 1:50 million. */
export interface World {
  readonly land: FeatureCollection;
  readonly borders: MultiLineString;
  readonly countries: FeatureCollection<Geometry, { name: string }>;
}

function flat<P extends GeoJsonProperties>(collection: FeatureCollection<Geometry, P>): FeatureCollection<Geometry, P> {
  const features = collection.features.map((one) => ({ ...one, geometry: unwrap(one.geometry) }));
  return { ...collection, features };
}

/** Reads the atlas: shared borders are stored once in it, which halves what travels. */
export async function loadWorld(signal: AbortSignal): Promise<World> {
  const response = await fetch(atlasUrl, { signal });
  if (!response.ok) throw new Error(`the atlas answered ${response.status}`);
  const atlas = (await response.json()) as Atlas;
  const { countries, land } = atlas.objects;
  return {
    land: flat(feature(atlas, land)),
    borders: unwrap(mesh(atlas, countries, (a, b) => a !== b)),
    countries: flat(feature(atlas, countries)),
  };
}

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** The map before the atlas is there: all of it is drawn from this site's own files. */
export function backgroundStyle(): StyleSpecification {
  const colours = palette();
  const geojson = { type: 'geojson', data: EMPTY, maxzoom: 8, tolerance: 0.3 } as const;
  return {
    version: 8,
    sources: { land: geojson, borders: { ...geojson } },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': colours.water } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': colours.land } },
      {
        id: 'borders',
        type: 'line',
        source: 'borders',
        paint: { 'line-color': colours.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 1, 0.5, 6, 1.2] },
      },
    ],
  };
}

/** Puts the atlas into a map that was made with {@link backgroundStyle}. */
export function showWorld(map: Map, world: World): void {
  void map.getSource<GeoJSONSource>('land')?.setData(world.land);
  void map.getSource<GeoJSONSource>('borders')?.setData(world.borders);
}

/** Draws the background in the colours of now. */
export function recolourBackground(map: Map): void {
  if (map.getLayer('land') === undefined) return;
  const colours = palette();
  map.setPaintProperty('background', 'background-color', colours.water);
  map.setPaintProperty('land', 'fill-color', colours.land);
  map.setPaintProperty('borders', 'line-color', colours.border);
}
