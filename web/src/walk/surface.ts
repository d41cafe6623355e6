import type { Picture } from '../api/picture';
import type { Lens, Point } from './blur/plane';
import type { Size } from './flatMath';
import type { Direction } from './ground';
import type { View } from './url';

/** What a picture is shown on: a flat one or a sphere. */
export interface Surface {
  readonly is360: boolean;
  readonly element: HTMLElement;
  /**
   * Shows a picture; `view` is asked where to look once its size is known, and `leave` is called right before it takes the place of
   * what was shown. Resolves as soon as its first pixels are seen; sharper ones follow by themselves. A later call overtakes an
   * earlier one, which then rejects.
   */
  show(picture: Picture, view: () => View, leave: () => void): Promise<void>;
  /** What is seen now as something of its own that stays as it is; null before there is anything. */
  still(): Element | null;
  /** Where the reader looks now. */
  readonly view: View;
  /** Width of what is in view, in degrees. */
  readonly width: number;
  /** How far before the eye the picture lies now, in pixels of the screen. */
  readonly focal: number;
  /** The zoom at which it lies so far before the eye, as near as it can. */
  zoomOf(focal: number): number;
  /** How places on the stage and in the picture, `size` pixels large at full resolution, belong together now. */
  lens(size: Size): Lens;
  /** The direction that is seen at a place of the stage; null beside the picture. */
  directionAt(at: Point): Direction | null;
  look(view: View): void;
  /** Turns by degrees, smoothly. */
  turn(degrees: number): void;
  /** Zooms by a step: 1 in, -1 out. */
  zoom(step: 1 | -1): void;
  destroy(): void;
}

export type OnLook = () => void;

/** How far one press of a key turns or zooms. */
export const TURN_STEP = 20;
export const ZOOM_STEP = 12;
