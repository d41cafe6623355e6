import type { Geometry, Position } from 'geojson';

/**
 * The atlas is made for globes: what crosses the 180th meridian is in one piece, jumping from 180° to -180°. A flat map
 * would draw that jump right across the world. Here the longitudes run on instead (190° for -170°), which maps wrap.
 */
export function unwrapLine(line: readonly Position[]): Position[] {
  let shift = 0;
  let before: number | null = null;
  return line.map(([lon = 0, lat = 0]) => {
    if (before !== null && Math.abs(lon - before) > 180) shift += lon > before ? -360 : 360;
    before = lon;
    return [lon + shift, lat];
  });
}

/** A ring likewise; one that runs around a pole is closed along that pole. */
export function unwrapRing(ring: readonly Position[]): Position[] {
  const line = unwrapLine(ring);
  const [firstLon = 0, firstLat = 0] = line[0] ?? [];
  const [lastLon = 0] = line.at(-1) ?? [];
  if (Math.abs(lastLon - firstLon) < 180) return line;
  const meanLat = line.reduce((sum, [, lat = 0]) => sum + lat, 0) / line.length;
  const pole = meanLat < 0 ? -90 : 90;
  return [...line, [lastLon, pole], [firstLon, pole], [firstLon, firstLat]];
}

/** {@link unwrapLine} and {@link unwrapRing} for every part of a geometry. */
export function unwrap<G extends Geometry>(geometry: G): G {
  switch (geometry.type) {
    case 'LineString':
      return { ...geometry, coordinates: unwrapLine(geometry.coordinates) };
    case 'MultiLineString':
      return { ...geometry, coordinates: geometry.coordinates.map(unwrapLine) };
    case 'Polygon':
      return { ...geometry, coordinates: geometry.coordinates.map(unwrapRing) };
    case 'MultiPolygon':
      return { ...geometry, coordinates: geometry.coordinates.map((polygon) => polygon.map(unwrapRing)) };
    case 'GeometryCollection':
      return { ...geometry, geometries: geometry.geometries.map(unwrap) };
    case 'Point':
    case 'MultiPoint':
      return geometry;
  }
}
