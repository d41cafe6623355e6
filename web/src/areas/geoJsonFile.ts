import { list, number, object, text } from '../api/json';
import type { Polygon, Position, Ring } from '../lib/geometry';
import { type Objection, objectionTo, type Problem } from './outline';

export type FileProblem = Problem | 'notJson' | 'noPolygon' | 'ring' | 'position' | 'large';

/** Why a file is of no use, and where in the world. */
export class UnusableFile extends Error {
  constructor(
    readonly problem: FileProblem,
    readonly at: Objection['at'] = null,
  ) {
    super(problem);
    this.name = 'UnusableFile';
  }
}

/** An area out of a file. */
export interface FileArea {
  readonly polygons: readonly Polygon[];
  readonly label: string | null;
}

/** Longest name that the API takes, characters. */
export const LONGEST_LABEL = 200;
/** Largest file that is read, bytes: positions with heights and a lot of space around them fit in. */
export const LARGEST_FILE = 8 << 20;

function position(raw: unknown): Position {
  const [lon, lat] = list(raw).map(number);
  if (lon == null || lat == null || Math.abs(lon) > 180 || Math.abs(lat) > 90) throw new UnusableFile('position');
  return [lon, lat];
}

function ring(raw: unknown): Ring {
  const positions = list(raw).map(position);
  const [first, last] = [positions[0], positions.at(-1)];
  if (positions.length < 4 || first === undefined || first[0] !== last?.[0] || first[1] !== last[1]) throw new UnusableFile('ring');
  return positions;
}

function polygon(raw: unknown): Polygon {
  const rings = list(raw).map(ring);
  if (rings.length === 0) throw new UnusableFile('ring');
  return rings;
}

function polygonsOf(geometry: unknown): Polygon[] {
  const { type, coordinates, geometries } = object(geometry);
  if (type === 'Polygon') return [polygon(coordinates)];
  if (type === 'MultiPolygon') return list(coordinates).map(polygon);
  return type === 'GeometryCollection' ? list(geometries).flatMap(polygonsOf) : [];
}

function labelOf(feature: unknown): string | null {
  const { label, name } = object(object(feature).properties);
  return (text(label) ?? text(name))?.trim().slice(0, LONGEST_LABEL) ?? null;
}

/**
 * All polygons of a GeoJSON file as one area. It is called what the file's only feature is called.
 *
 * @throws {UnusableFile} when there are none that can be sent.
 */
export function readGeoJson(content: string): FileArea {
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch {
    throw new UnusableFile('notJson');
  }
  const { type, features, geometry } = object(document);
  const all = type === 'FeatureCollection' ? list(features) : type === 'Feature' ? [document] : [];
  const polygons = all.length > 0 ? all.flatMap((each) => polygonsOf(object(each).geometry)) : polygonsOf(geometry ?? document);
  if (polygons.length === 0) throw new UnusableFile('noPolygon');
  const objection = objectionTo(polygons);
  if (objection !== null) throw new UnusableFile(objection.problem, objection.at);
  return { polygons, label: all.length === 1 ? labelOf(all[0]) : null };
}
