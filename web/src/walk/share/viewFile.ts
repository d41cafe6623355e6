import type { Picture } from '../../api/picture';
import { clamp, degrees, radians } from '../../lib/geometry';
import type { Lens, Point } from '../blur/plane';
import type { Size } from '../flatMath';

/** What the API cuts: degrees across, pixels of a side. */
const [NARROWEST, WIDEST] = [10, 120];
const [SMALLEST, LARGEST] = [16, 2048];

/** The camera of a view, as the API counts: in the panorama as it is, whose horizon may be inclined. Degrees. */
export interface ViewCamera {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

type Vector = readonly [right: number, up: number, ahead: number];

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** The direction of a place in a panorama that is one unit wide and half of one high. */
function directionOf({ x, y }: Point): Vector {
  const [longitude, latitude] = [(x - 0.5) * 2 * Math.PI, (0.5 - y * 2) * Math.PI];
  return [Math.cos(latitude) * Math.sin(longitude), Math.sin(latitude), Math.cos(latitude) * Math.cos(longitude)];
}

/** The camera that sees what is seen through a lens on a panorama `UNIT` large, on a stage of this size. */
export function cameraOf(lens: Lens, stage: Size): ViewCamera {
  const middle = { x: stage.width / 2, y: stage.height / 2 };
  const ahead = directionOf(lens.toPicture(middle));
  const beside = directionOf(lens.toPicture({ ...middle, x: stage.width }));
  const [yaw, pitch] = [Math.atan2(ahead[0], ahead[2]), Math.asin(clamp(ahead[1], -1, 1))];
  // Right and up of the camera if it were not turned around its axis; what is seen beside says by how much it is.
  const right: Vector = [Math.cos(yaw), 0, -Math.sin(yaw)];
  const up: Vector = [-Math.sin(pitch) * Math.sin(yaw), Math.cos(pitch), -Math.sin(pitch) * Math.cos(yaw)];
  const roll = Math.atan2(-dot(beside, up), dot(beside, right));
  return { yaw: degrees(yaw), pitch: degrees(pitch), roll: degrees(roll) };
}

/** The size of the panorama for which {@link cameraOf} asks a lens. */
export const UNIT: Size = { width: 1, height: 0.5 };

function angle(value: number): string {
  return String(Number(value.toFixed(2)) + 0);
}

/**
 * The address of what is seen of a panorama as a plain picture, as sharp as the panorama is; null where there is none.
 * `across`: degrees from the left to the right edge of the stage.
 */
export function viewFileAddress(picture: Picture, lens: Lens, across: number, stage: Size): string | null {
  const { tiles, crop, id } = picture;
  if (!picture.is360 || tiles === null || crop !== null || stage.width <= 0 || stage.height <= 0) return null;
  const fov = clamp(across, NARROWEST, WIDEST);
  const sharp = (tiles.width / Math.PI) * Math.tan(radians(fov) / 2);
  const shape = stage.height / stage.width;
  const width = Math.min(sharp, LARGEST, LARGEST / shape);
  const side = (pixels: number): number => clamp(Math.round(pixels), SMALLEST, LARGEST);
  const { yaw, pitch, roll } = cameraOf(lens, stage);
  const query = [`yaw=${angle(yaw)}`, `pitch=${angle(pitch)}`, `roll=${angle(roll)}`, `fov=${angle(fov)}`];
  return `/api/pictures/${encodeURIComponent(id)}/view.jpg?${query.join('&')}&width=${side(width)}&height=${side(width * shape)}`;
}
