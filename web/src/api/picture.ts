import { normalizeHeading, type Place } from '../lib/geometry';
import { httpUrl } from '../lib/urls';
import { type Json, list, number, object, text } from './json';

/** How a full panorama is cut into tiles, all of one size. */
export interface TileGrid {
  readonly cols: number;
  readonly rows: number;
  /** Width of the whole panorama in pixels. */
  readonly width: number;
  /** Address with `{TileCol}` and `{TileRow}`. */
  readonly template: string;
}

/** The part of the full sphere that a cropped panorama shows, in pixels. */
export interface Crop {
  readonly fullWidth: number;
  readonly fullHeight: number;
  readonly croppedX: number;
  readonly croppedY: number;
  readonly croppedWidth: number;
  readonly croppedHeight: number;
}

export interface PictureLink {
  readonly rel: 'next' | 'prev' | 'related';
  readonly id: string;
  readonly sequence: string | null;
  readonly place: Place;
  /** ISO 8601, only on related pictures. */
  readonly datetime: string | null;
}

/** A picture as the viewer needs it, read out of a STAC Item. */
export interface Picture {
  readonly id: string;
  readonly sequence: string | null;
  readonly place: Place;
  /** ISO 8601 with the offset of the place, where known. */
  readonly takenAt: string | null;
  /** Degrees clockwise from north of the picture's middle. */
  readonly heading: number;
  readonly is360: boolean;
  /** Horizontal field of view in degrees. */
  readonly fieldOfView: number | null;
  /** Camera's nose up, degrees. */
  readonly pitch: number;
  /** Camera's right side down, degrees. */
  readonly roll: number;
  readonly hd: string;
  readonly sd: string;
  readonly thumb: string;
  readonly tiles: TileGrid | null;
  readonly crop: Crop | null;
  /** Whom to name. */
  readonly author: string | null;
  readonly camera: string | null;
  /** SPDX id, or whatever else names it. */
  readonly licence: string | null;
  /** Its name in full. */
  readonly licenceTitle: string | null;
  /** Where its text is. */
  readonly licenceUrl: string | null;
  readonly fileName: string;
  /** Whether only its owner and administrators see it, because of a report. */
  readonly withheld: boolean;
  readonly links: readonly PictureLink[];
}

/** The link to the neighbour in the sequence; null at its end. */
export function linkTo(picture: Picture, rel: 'next' | 'prev'): PictureLink | null {
  return picture.links.find((link) => link.rel === rel) ?? null;
}

const MAX_LINKS = 200;

/** Where a point is; null for anything else. */
export function parsePlace(geometry: unknown): Place | null {
  const coordinates = list(object(geometry).coordinates);
  const lon = number(coordinates[0]);
  const lat = number(coordinates[1]);
  return lon === null || lat === null ? null : { lon, lat };
}

function parseLink(raw: unknown): PictureLink | null {
  const link = object(raw);
  const rel = link.rel;
  const id = text(link.id);
  const place = parsePlace(link.geometry);
  if ((rel !== 'next' && rel !== 'prev' && rel !== 'related') || id === null || place === null) return null;
  const sequence = /\/collections\/([^/]+)\/items\//.exec(text(link.href) ?? '')?.[1] ?? null;
  return { rel, id, sequence, place, datetime: text(link.datetime) };
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && (value & (value - 1)) === 0;
}

function parseTiles(item: Json, properties: Json): TileGrid | null {
  const template = httpUrl(object(object(item.asset_templates).tiles).href);
  const sets = Object.values(object(properties['tiles:tile_matrix_sets']));
  const matrix = object(list(object(sets[0]).tileMatrix)[0]);
  const cols = number(matrix.matrixWidth) ?? 0;
  const rows = number(matrix.matrixHeight) ?? 0;
  const width = cols * (number(matrix.tileWidth) ?? 0);
  // The sphere is built of 32 × 16 faces on every device, so that a grid must divide it.
  if (template === null || width <= 0 || !isPowerOfTwo(cols) || !isPowerOfTwo(rows) || cols > 32 || rows > 16) {
    return null;
  }
  // `new URL` percent-encodes the braces of the template.
  return { cols, rows, width, template: template.replace(/%7B/gi, '{').replace(/%7D/gi, '}') };
}

function parseCrop(orientation: Json): Crop | null {
  const [fullWidth, fullHeight] = list(orientation.sensor_array_dimensions).map(number);
  const [left, top, right, bottom] = list(orientation.visible_area).map(number);
  if (fullWidth == null || fullHeight == null || left == null || top == null || right == null || bottom == null) {
    return null;
  }
  const croppedWidth = fullWidth - left - right;
  const croppedHeight = fullHeight - top - bottom;
  const whole = left === 0 && top === 0 && right === 0 && bottom === 0;
  if (whole || croppedWidth <= 0 || croppedHeight <= 0) return null;
  return { fullWidth, fullHeight, croppedX: left, croppedY: top, croppedWidth, croppedHeight };
}

function parseCamera(orientation: Json): string | null {
  const maker = text(orientation.camera_manufacturer);
  const model = text(orientation.camera_model);
  if (maker === null || model === null) return model ?? maker;
  return model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${maker} ${model}`;
}

/** Who to name: as the pictures say, else the last producer (the account comes first, the photographer after it). */
function parseAuthor(item: Json, properties: Json): string | null {
  const wished = text(properties.attribution);
  if (wished !== null) return wished;
  const producers = list(item.providers)
    .map(object)
    .filter((provider) => list(provider.roles).includes('producer'));
  return text(producers.at(-1)?.name) ?? text(properties['geovisio:producer']);
}

/** The picture in a STAC Item, or null when it can't be shown (no id, no position, no image). */
export function parsePicture(raw: unknown): Picture | null {
  const item = object(raw);
  const properties = object(item.properties);
  const assets = object(item.assets);
  const orientation = object(properties['pers:interior_orientation']);
  const id = text(item.id);
  const place = parsePlace(item.geometry);
  const href = (name: string): string | null => httpUrl(object(assets[name]).href);
  const hd = href('hd') ?? href('sd') ?? href('thumb');
  if (id === null || place === null || hd === null) return null;
  const sd = href('sd') ?? hd;
  const fieldOfView = number(orientation.field_of_view);
  const links = list(item.links).slice(0, MAX_LINKS);
  const licenceLink = object(links.find((link) => object(link).rel === 'license'));
  const licenceTitle = text(licenceLink.title);
  return {
    id,
    sequence: text(item.collection),
    place,
    takenAt: text(properties.datetimetz) ?? text(properties.datetime),
    heading: normalizeHeading(number(properties['view:azimuth']) ?? 0),
    is360: fieldOfView === 360,
    fieldOfView,
    pitch: number(properties['pers:pitch']) ?? 0,
    roll: number(properties['pers:roll']) ?? 0,
    hd,
    sd,
    thumb: href('thumb') ?? sd,
    tiles: parseTiles(item, properties),
    crop: parseCrop(orientation),
    author: parseAuthor(item, properties),
    camera: parseCamera(orientation),
    licence: text(properties.license) ?? licenceTitle,
    licenceTitle,
    licenceUrl: httpUrl(licenceLink.href),
    fileName: text(properties['original_file:name']) ?? `${id}.jpg`,
    withheld: properties['flaneur:withheld'] === true,
    links: links.map(parseLink).filter((link) => link !== null),
  };
}
