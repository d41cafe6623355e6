/** A place in degrees, WGS 84. */
export interface Place {
  readonly lon: number;
  readonly lat: number;
}

/** West, south, east, north in degrees. */
export type Box = readonly [number, number, number, number];

/** Longitude, latitude in degrees. */
export type Position = readonly [number, number];
/** A closed line: the last position is the first again. */
export type Ring = readonly Position[];
/** The outer ring, then holes. */
export type Polygon = readonly Ring[];

export const EARTH_RADIUS_M = 6_371_008.8;
export const METRES_PER_DEGREE = (Math.PI * EARTH_RADIUS_M) / 180;

export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

export function degrees(angle: number): number {
  return (angle * 180) / Math.PI;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** The same direction in [0, 360). */
export function normalizeHeading(heading: number): number {
  const turned = heading % 360;
  return turned < 0 ? turned + 360 : turned + 0;
}

/** How far to turn from one heading to another, in (-180, 180]; positive is clockwise. */
export function turnBetween(from: number, to: number): number {
  const turn = normalizeHeading(to - from);
  return turn > 180 ? turn - 360 : turn;
}

/** Distance in metres on the sphere (haversine). */
export function distance(from: Place, to: Place): number {
  const halfLat = Math.sin(radians(to.lat - from.lat) / 2);
  const halfLon = Math.sin(radians(to.lon - from.lon) / 2);
  const square = halfLat ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * halfLon ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(square)));
}

/** A place so many metres to the east and north, on a sphere that is flat around it. */
export function shifted({ lon, lat }: Place, east: number, north: number): Place {
  const around = EARTH_RADIUS_M * Math.cos(radians(lat));
  return { lon: lon + degrees(east / around), lat: lat + degrees(north / EARTH_RADIUS_M) };
}

/** How far it is from one place to another by east and north, metres. */
export function offset(start: Place, end: Place): { east: number; north: number } {
  return {
    east: radians(end.lon - start.lon) * EARTH_RADIUS_M * Math.cos(radians(start.lat)),
    north: radians(end.lat - start.lat) * EARTH_RADIUS_M,
  };
}

/** Initial great-circle bearing in degrees clockwise from north. */
export function bearing(from: Place, to: Place): number {
  const turn = radians(to.lon - from.lon);
  const y = Math.sin(turn) * Math.cos(radians(to.lat));
  const x =
    Math.cos(radians(from.lat)) * Math.sin(radians(to.lat)) -
    Math.sin(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.cos(turn);
  return normalizeHeading(degrees(Math.atan2(y, x)));
}

/** The box that holds everything within `radius` metres of a place, cut at the poles and the antimeridian. */
export function boxAround(center: Place, radius: number): Box {
  const dLat = radius / METRES_PER_DEGREE;
  const dLon = dLat / Math.max(0.01, Math.cos(radians(center.lat)));
  return [
    Math.max(-180, center.lon - dLon),
    Math.max(-90, center.lat - dLat),
    Math.min(180, center.lon + dLon),
    Math.min(90, center.lat + dLat),
  ];
}

/** Ground metres per CSS pixel of a Web-Mercator map with 512-pixel tiles. */
export function metresPerPixel(latitude: number, zoom: number): number {
  return (2 * Math.PI * EARTH_RADIUS_M * Math.cos(radians(latitude))) / (512 * 2 ** zoom);
}

/** The box around places; null without any. */
export function boxOf(places: readonly Place[]): Box | null {
  if (places.length === 0) return null;
  return places.reduce<Box>(
    ([west, south, east, north], { lon, lat }) => [Math.min(west, lon), Math.min(south, lat), Math.max(east, lon), Math.max(north, lat)],
    [180, 90, -180, -90],
  );
}
