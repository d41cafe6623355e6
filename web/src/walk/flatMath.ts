import { clamp, normalizeHeading, radians, turnBetween } from '../lib/geometry';
import type { Lens } from './blur/plane';
import type { View } from './url';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How an image lies in its frame: shown `scale` times its fitted size, its middle shifted by pixels. */
export interface Placement {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const MAX_SCALE = 12;
/** Assumed where a picture doesn't say: a phone's camera held level. */
const USUAL_WIDTH_DEGREES = 70;

/** Size of an image that just fits in a frame. */
export function fitted(image: Size, frame: Size): Size {
  if (image.width <= 0 || image.height <= 0) return { width: 0, height: 0 };
  const scale = Math.min(frame.width / image.width, frame.height / image.height);
  return { width: image.width * scale, height: image.height * scale };
}

/** The nearest placement that leaves no gap which zooming out wouldn't leave. */
export function contain(placement: Placement, image: Size, frame: Size): Placement {
  const scale = clamp(placement.scale, 1, MAX_SCALE);
  const fit = fitted(image, frame);
  const spareX = Math.max(0, (fit.width * scale - frame.width) / 2);
  const spareY = Math.max(0, (fit.height * scale - frame.height) / 2);
  return { scale, x: clamp(placement.x, -spareX, spareX), y: clamp(placement.y, -spareY, spareY) };
}

/** Zooms so that the point of the image under `at` (pixels from the frame's middle) stays where it is. */
export function zoomAt(placement: Placement, factor: number, at: { x: number; y: number }): Placement {
  const scale = clamp(placement.scale * factor, 1, MAX_SCALE);
  const change = scale / placement.scale;
  return { scale, x: at.x - (at.x - placement.x) * change, y: at.y - (at.y - placement.y) * change };
}

/** 0 (all of it) to 100 (closest), even steps feeling even. */
export function zoomOfScale(scale: number): number {
  return (100 * Math.log(clamp(scale, 1, MAX_SCALE))) / Math.log(MAX_SCALE);
}

export function scaleOfZoom(zoom: number): number {
  return MAX_SCALE ** (clamp(zoom, 0, 100) / 100);
}

/** Degrees that the whole image spans across. */
export function imageWidthDegrees(fieldOfView: number | null): number {
  return clamp(fieldOfView ?? USUAL_WIDTH_DEGREES, 5, 180);
}

/** Wider than this, in degrees, no camera with a plane image is: so wide is one that says nothing sensible. */
const MAX_PLANE_DEGREES = 150;

/** How far before the eye an image lies that spans so many degrees on so many pixels, in pixels. */
export function focalOf(width: number, widthDegrees: number): number {
  return width / 2 / Math.tan(radians(Math.min(widthDegrees, MAX_PLANE_DEGREES)) / 2);
}

/** Where the middle of the frame looks, for a picture that was taken towards `heading`. */
export function viewOf(placement: Placement, fit: Size, heading: number, widthDegrees: number): View {
  const perPixel = fit.width > 0 ? widthDegrees / (fit.width * placement.scale) : 0;
  return {
    heading: normalizeHeading(heading - placement.x * perPixel),
    pitch: placement.y * perPixel,
    zoom: zoomOfScale(placement.scale),
  };
}

/** The placement that looks there; the inverse of {@link viewOf}, before {@link contain}. */
export function placementOf(view: View, fit: Size, heading: number, widthDegrees: number): Placement {
  const scale = scaleOfZoom(view.zoom);
  const perDegree = (fit.width * scale) / widthDegrees;
  return { scale, x: -turnBetween(heading, view.heading) * perDegree, y: view.pitch * perDegree };
}

/** How the frame and the image, `image` pixels large, belong together; places count from the frame's top left corner. */
export function lensOf(placement: Placement, fit: Size, frame: Size, image: Size): Lens {
  const perPixel = fit.width > 0 && image.width > 0 ? (fit.width * placement.scale) / image.width : 1;
  const middle = { x: frame.width / 2 + placement.x, y: frame.height / 2 + placement.y };
  return {
    around: null,
    toPicture: ({ x, y }) => ({
      x: (x - middle.x) / perPixel + image.width / 2,
      y: (y - middle.y) / perPixel + image.height / 2,
    }),
    toScreen: ({ x, y }) => ({
      x: (x - image.width / 2) * perPixel + middle.x,
      y: (y - image.height / 2) * perPixel + middle.y,
    }),
  };
}
