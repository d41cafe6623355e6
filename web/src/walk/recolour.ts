import type { LayerSpecification, Map } from 'maplibre-gl';

/** Gives layers that a map has the colours that these say. */
export function recolour(map: Map, layers: readonly LayerSpecification[]): void {
  for (const { id, paint } of layers) {
    if (map.getLayer(id) === undefined) continue;
    for (const [name, value] of Object.entries(paint ?? {})) {
      if (name.endsWith('-color')) map.setPaintProperty(id, name, value as string);
    }
  }
}
