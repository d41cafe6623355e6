import type { Crop } from '../api/picture';
import type { Lens, Point } from './blur/plane';
import type { Size } from './flatMath';

/** Right-handed, as the sphere's viewer has it: y up, z to the middle of the panorama, x to its left. */
type Vector = readonly [number, number, number];

/** How a panorama is seen. Angles in radians. */
export interface Camera {
  /** To the right of the panorama's middle, after levelling. */
  readonly yaw: number;
  /** Above the horizon. */
  readonly pitch: number;
  /** From the top to the bottom of the view. */
  readonly verticalFov: number;
  /** Of the view, in pixels of the screen. */
  readonly width: number;
  readonly height: number;
}

/** By how much the sphere is turned to be level, in radians, as the viewer counts. */
export interface Levelling {
  readonly tilt: number;
  readonly roll: number;
}

/** Nearer to the plane of the eyes than this, in units of the view's depth, counts as behind. */
const LEAST_DEPTH = 0.05;

/** How far before the eye a plane lies that is `height` pixels high and fills an angle from top to bottom, in pixels. */
export function focalOfAngle(height: number, angle: number): number {
  return height / 2 / Math.tan(angle / 2);
}

/** The inverse of {@link focalOfAngle}. */
export function angleOfFocal(height: number, focal: number): number {
  return 2 * Math.atan2(height / 2, focal);
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** Ahead, right and up of a camera without roll. */
function axes({ yaw, pitch }: Camera): { ahead: Vector; right: Vector; up: Vector } {
  const [sinYaw, cosYaw, sinPitch, cosPitch] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
  return {
    ahead: [-cosPitch * sinYaw, sinPitch, cosPitch * cosYaw],
    right: [-cosYaw, 0, -sinYaw],
    up: [sinPitch * sinYaw, cosPitch, -sinPitch * cosYaw],
  };
}

/** Rotation first around z, then around x: the Euler angles that the viewer turns the sphere by. */
function levelled([x, y, z]: Vector, { tilt, roll }: Levelling): Vector {
  const [sinRoll, cosRoll, sinTilt, cosTilt] = [Math.sin(roll), Math.cos(roll), Math.sin(tilt), Math.cos(tilt)];
  const [x1, y1] = [x * cosRoll - y * sinRoll, x * sinRoll + y * cosRoll];
  return [x1, y1 * cosTilt - z * sinTilt, y1 * sinTilt + z * cosTilt];
}

function unlevelled([x, y, z]: Vector, { tilt, roll }: Levelling): Vector {
  const [sinRoll, cosRoll, sinTilt, cosTilt] = [Math.sin(roll), Math.cos(roll), Math.sin(tilt), Math.cos(tilt)];
  const [y1, z1] = [y * cosTilt + z * sinTilt, z * cosTilt - y * sinTilt];
  return [x * cosRoll + y1 * sinRoll, y1 * cosRoll - x * sinRoll, z1];
}

/**
 * The direction that is seen at a place on the screen, as it lies in the panorama: `x` from 0 at its left edge to 1 at its
 * right, `y` from 0 at the zenith to 1 at the nadir.
 */
export function seenAt(at: Point, camera: Camera, levelling: Levelling): Point {
  const { ahead, right, up } = axes(camera);
  const half = Math.tan(camera.verticalFov / 2);
  const perPixel = (2 * half) / camera.height;
  const [across, upwards] = [(at.x - camera.width / 2) * perPixel, (camera.height / 2 - at.y) * perPixel];
  const along = (axis: 0 | 1 | 2): number => ahead[axis] + right[axis] * across + up[axis] * upwards;
  const [x, y, z] = unlevelled([along(0), along(1), along(2)], levelling);
  const turn = Math.atan2(-x, z) / (2 * Math.PI) + 0.5;
  return { x: turn - Math.floor(turn), y: Math.acos(Math.min(1, Math.max(-1, y / Math.hypot(x, y, z)))) / Math.PI };
}

/** Where on the screen a direction is seen; the inverse of {@link seenAt}. Null if it is behind. */
export function placeOf(direction: Point, camera: Camera, levelling: Levelling): Point | null {
  const [yaw, polar] = [(direction.x - 0.5) * 2 * Math.PI, direction.y * Math.PI];
  const inPanorama: Vector = [-Math.sin(polar) * Math.sin(yaw), Math.cos(polar), Math.sin(polar) * Math.cos(yaw)];
  const vector = levelled(inPanorama, levelling);
  const { ahead, right, up } = axes(camera);
  const depth = dot(vector, ahead);
  if (depth < LEAST_DEPTH) return null;
  const pixels = camera.height / 2 / Math.tan(camera.verticalFov / 2) / depth;
  return { x: camera.width / 2 + dot(vector, right) * pixels, y: camera.height / 2 - dot(vector, up) * pixels };
}

/** How the view and a panorama `image` pixels large, or the part of one that it is, belong together. */
export function lensOn(camera: Camera, levelling: Levelling, image: Size, crop: Crop | null): Lens {
  const scale = crop === null ? 1 : image.width / crop.croppedWidth;
  const [width, height] = crop === null ? [image.width, image.height] : [crop.fullWidth * scale, crop.fullHeight * scale];
  const [left, top] = crop === null ? [0, 0] : [crop.croppedX * scale, crop.croppedY * scale];
  return {
    around: width,
    toPicture: (at) => {
      const { x, y } = seenAt(at, camera, levelling);
      return { x: x * width - left, y: y * height - top };
    },
    toScreen: ({ x, y }) => placeOf({ x: (x + left) / width, y: (y + top) / height }, camera, levelling),
  };
}
