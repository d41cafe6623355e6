import type { Feature, Polygon, Position } from 'geojson';
import { type Map, Marker } from 'maplibre-gl';

import { h } from '../lib/dom';
import { language } from '../locales';
import type { World } from './background';

interface Name {
  readonly text: string;
  readonly at: [number, number];
  /** Zoom level from which there is room for it. */
  readonly from: number;
}

const LAST_ZOOM = 7.5;

/** Twice the signed area of a ring in square degrees, squeezed like the Earth is at that latitude, and its centroid. */
function measure(ring: readonly Position[]): { area: number; at: [number, number] } {
  let area = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [x1 = 0, y1 = 0] = ring[i] ?? [];
    const [x2 = 0, y2 = 0] = ring[i + 1] ?? [];
    const cross = x1 * y2 - x2 * y1;
    area += cross;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  }
  const at: [number, number] = area === 0 ? [0, 0] : [x / (3 * area), y / (3 * area)];
  return { area: Math.abs(area) * Math.cos((at[1] * Math.PI) / 180), at };
}

/** The name in the reader's language; the atlas knows countries by their ISO 3166-1 number. */
function localName(id: string | number | undefined, fallback: string): string {
  try {
    const region = new Intl.Locale(`und-${String(id).padStart(3, '0')}`).region;
    const name = region === undefined ? undefined : new Intl.DisplayNames(language(), { type: 'region' }).of(region);
    return name === undefined || name === region ? fallback : name;
  } catch {
    return fallback;
  }
}

function nameOf(country: Feature<GeoJSON.Geometry, { name: string }>): Name | null {
  const { geometry } = country;
  const polygons: Polygon['coordinates'][] =
    geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : [];
  const largest = polygons.map((rings) => measure(rings[0] ?? [])).sort((a, b) => b.area - a.area)[0];
  if (largest === undefined || largest.area === 0) return null;
  // There is room once a country is about as wide as a name is long; each zoom level doubles it.
  const from = Math.max(1, 6.3 - Math.log2(Math.sqrt(largest.area)));
  return { text: localName(country.id, country.properties.name), at: largest.at, from };
}

/**
 * Names of countries as HTML over the map, since glyphs for names on the canvas would have to come from elsewhere.
 * Answers how to take them off again.
 */
export function showCountryNames(map: Map, world: World): () => void {
  const names = world.countries.features.map(nameOf).filter((name) => name !== null);
  const shown = new globalThis.Map<Name, Marker>();
  const update = (): void => {
    const zoom = map.getZoom();
    const bounds = map.getBounds();
    for (const name of names) {
      const visible = zoom >= name.from && zoom <= LAST_ZOOM && bounds.contains(name.at);
      const marker = shown.get(name);
      if (visible && marker === undefined) {
        const element = h('span', { class: 'country-name', 'aria-hidden': 'true' }, name.text);
        shown.set(name, new Marker({ element }).setLngLat(name.at).addTo(map));
      } else if (!visible && marker !== undefined) {
        marker.remove();
        shown.delete(name);
      }
    }
  };
  map.on('moveend', update);
  update();
  return () => {
    map.off('moveend', update);
    for (const marker of shown.values()) marker.remove();
  };
}
