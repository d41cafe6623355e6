import '@photo-sphere-viewer/core/index.css';

import { events, type PanoData, Viewer } from '@photo-sphere-viewer/core';
import { type EquirectangularTilesPanorama, EquirectangularTilesAdapter } from '@photo-sphere-viewer/equirectangular-tiles-adapter';

import type { Crop, Picture } from '../api/picture';
import { h } from '../lib/dom';
import { clamp, degrees, normalizeHeading, radians } from '../lib/geometry';
import { standInForStorage } from '../lib/storage';
import type { Lens, Point } from './blur/plane';
import type { Size } from './flatMath';
import type { Direction } from './ground';
import { angleOfFocal, type Camera, focalOfAngle, lensOn, seenAt } from './sphereMath';
import { type OnLook, type Surface, ZOOM_STEP } from './surface';
import type { View } from './url';

/** Narrowest and widest vertical view, degrees. */
const MIN_FOV = 12;
const MAX_FOV = 100;

/** The grid of a picture without tiles: the viewer wants one, and is then told that no tile exists. */
const NO_TILES = { width: 4096, cols: 8, rows: 4, tileUrl: () => null };

function tiled(picture: Picture): Omit<EquirectangularTilesPanorama, 'baseUrl'> {
  const { tiles } = picture;
  if (tiles === null || picture.crop !== null) return NO_TILES;
  return {
    width: tiles.width,
    cols: tiles.cols,
    rows: tiles.rows,
    tileUrl: (col, row) => tiles.template.replace('{TileCol}', String(col)).replace('{TileRow}', String(row)),
  };
}

/** The crop counts in pixels of the full picture; `image` is a smaller version of it. */
function scaledCrop(crop: Crop, image: HTMLImageElement): PanoData {
  const scale = image.width / crop.croppedWidth;
  return {
    isEquirectangular: true,
    fullWidth: Math.round(crop.fullWidth * scale),
    fullHeight: Math.round(crop.fullHeight * scale),
    croppedX: Math.round(crop.croppedX * scale),
    croppedY: Math.round(crop.croppedY * scale),
    croppedWidth: image.width,
    croppedHeight: image.height,
  };
}

/** A panorama whose base is `url`; with `tiles`, the sharp ones follow. */
function panorama(picture: Picture, url: string, tiles: boolean): EquirectangularTilesPanorama {
  const { crop } = picture;
  return {
    ...(tiles ? tiled(picture) : NO_TILES),
    baseUrl: url,
    ...(crop === null ? {} : { basePanoData: (image: HTMLImageElement) => scaledCrop(crop, image) }),
  };
}

const LEVEL = { tilt: 0, roll: 0 };

/** Turns the sphere level again, by the pose of the camera in the sense of the GPano metadata. */
function levelling(picture: Picture): { pan: number; tilt: number; roll: number } {
  return { pan: 0, tilt: -radians(picture.pitch), roll: radians(picture.roll) };
}

type TilesConfig = ConstructorParameters<typeof EquirectangularTilesAdapter>[1];

/** Tells right before what was loaded takes the place of what is shown. */
class TellingAdapter extends EquirectangularTilesAdapter {
  private readonly onLoaded: () => void;

  constructor(viewer: Viewer, { onLoaded, ...config }: TilesConfig & { readonly onLoaded: () => void }) {
    super(viewer, config);
    this.onLoaded = onLoaded;
  }

  override async loadTexture(
    ...asked: Parameters<EquirectangularTilesAdapter['loadTexture']>
  ): ReturnType<EquirectangularTilesAdapter['loadTexture']> {
    try {
      const loaded = await super.loadTexture(...asked);
      this.onLoaded();
      return loaded;
    } catch (error) {
      // Not every browser says so itself of what it leaves off in the middle.
      if (this.viewer.config.panorama !== asked[0]) throw new DOMException('overtaken', 'AbortError');
      throw error;
    }
  }
}

/** What draws the sphere, as far as it is used here. */
interface Drawing {
  render: (scene: unknown, camera: unknown) => void;
}

/** Shows panoramas on the inside of a sphere. */
export class SphereSurface implements Surface {
  readonly is360 = true;
  readonly element = h('div', { class: 'sphere' });
  private readonly viewer: Viewer;
  private picture: Picture | null = null;
  private shown = 0;
  /** Called when the first pixels of a picture are about to be shown. */
  private onLoaded: () => void = () => undefined;
  /** Draws what is seen once more; null before anything was drawn. */
  private redraw: (() => void) | null = null;
  /** Ends, and never fails, when nothing is on its way. */
  private loading: Promise<unknown> = Promise.resolve();

  constructor(
    parent: HTMLElement,
    private readonly onLook: OnLook,
  ) {
    // It measures its container right away.
    parent.append(this.element);
    // It remembers there whether the device has a touch screen.
    standInForStorage(window);
    this.viewer = new Viewer({
      container: this.element,
      adapter: [
        TellingAdapter,
        { baseBlur: false, showErrorTile: false, useXmpData: false, onLoaded: () => { this.onLoaded(); } },
      ],
      navbar: false,
      keyboard: false,
      minFov: MIN_FOV,
      maxFov: MAX_FOV,
      defaultZoomLvl: 0,
      moveInertia: 0.85,
      mousewheelCtrlKey: false,
      touchmoveTwoFingers: false,
      canvasBackground: 'transparent',
    });
    this.viewer.renderer.setCustomRenderer((renderer: Drawing) => ({
      render: (scene: unknown, camera: unknown) => {
        this.redraw = () => { renderer.render(scene, camera); };
        this.redraw();
      },
    }));
    const report = (): void => {
      if (this.picture !== null) this.onLook();
    };
    this.viewer.addEventListener(events.PositionUpdatedEvent.type, report);
    this.viewer.addEventListener(events.ZoomUpdatedEvent.type, report);
    this.viewer.addEventListener(events.SizeUpdatedEvent.type, report);
  }

  async show(picture: Picture, seen: () => View, leave: () => void): Promise<void> {
    const turn = ++this.shown;
    const view = seen();
    this.onLoaded = () => {
      this.onLoaded = () => undefined;
      if (turn !== this.shown) return;
      leave();
      // What is told of where one looks from now on is told of this one.
      this.picture = picture;
    };
    const options = { transition: false, showLoader: false, sphereCorrection: levelling(picture) } as const;
    const first = await this.setPanorama(panorama(picture, picture.thumb, false), {
      ...options,
      position: this.toPosition(picture, view),
      zoom: view.zoom,
    });
    if (turn !== this.shown) throw new DOMException('overtaken', 'AbortError');
    if (!first) throw new Error('the panorama could not be loaded');
    this.onLook();
    void this.sharpen(picture, options);
  }

  get view(): View {
    const { yaw, pitch } = this.viewer.getPosition();
    return {
      heading: normalizeHeading((this.picture?.heading ?? 0) + degrees(yaw)),
      pitch: degrees(pitch),
      zoom: this.viewer.getZoomLevel(),
    };
  }

  get width(): number {
    return this.viewer.state.hFov;
  }

  get focal(): number {
    return focalOfAngle(this.viewer.getSize().height, radians(this.viewer.state.vFov));
  }

  zoomOf(focal: number): number {
    const fov = degrees(angleOfFocal(this.viewer.getSize().height, focal));
    return clamp((100 * (MAX_FOV - fov)) / (MAX_FOV - MIN_FOV), 0, 100);
  }

  lens(size: Size): Lens {
    const { tilt, roll } = this.picture === null ? LEVEL : levelling(this.picture);
    return lensOn(this.camera, { tilt, roll }, size, this.picture?.crop ?? null);
  }

  still(): Element | null {
    const shown = this.element.querySelector('canvas');
    if (this.redraw === null || shown === null || this.picture === null) return null;
    // What was drawn before is not kept beyond its frame.
    this.redraw();
    const copy = h('canvas', { width: shown.width, height: shown.height });
    copy.getContext('2d')?.drawImage(shown, 0, 0);
    return copy;
  }

  directionAt(at: Point): Direction | null {
    if (this.picture === null) return null;
    const { x, y } = seenAt(at, this.camera, LEVEL);
    return { heading: normalizeHeading(this.picture.heading + (x - 0.5) * 360), pitch: 90 - y * 180 };
  }

  look(view: View): void {
    if (this.picture === null) return;
    this.viewer.rotate(this.toPosition(this.picture, view));
    this.viewer.zoom(view.zoom);
  }

  turn(by: number): void {
    const { yaw, pitch } = this.viewer.getPosition();
    void this.viewer.animate({ yaw: yaw + radians(by), pitch, speed: 250 });
  }

  zoom(step: 1 | -1): void {
    const zoom = clamp(this.viewer.getZoomLevel() + step * ZOOM_STEP, 0, 100);
    void this.viewer.animate({ zoom, speed: 200 });
  }

  destroy(): void {
    this.shown += 1;
    this.picture = null;
    this.element.remove();
    // A viewer that is taken from under what it loads says so in the console.
    void this.loading.then(() => { this.viewer.destroy(); });
  }

  private get camera(): Camera {
    const { yaw, pitch } = this.viewer.getPosition();
    const { width, height } = this.viewer.getSize();
    return { yaw, pitch, verticalFov: radians(this.viewer.state.vFov), width, height };
  }

  private toPosition(picture: Picture, view: View): { yaw: number; pitch: number } {
    return { yaw: radians(normalizeHeading(view.heading - picture.heading)), pitch: radians(view.pitch) };
  }

  private async setPanorama(
    source: EquirectangularTilesPanorama,
    options: Parameters<Viewer['setPanorama']>[1],
  ): Promise<boolean> {
    const loading = this.viewer.setPanorama(source, options);
    this.loading = Promise.allSettled([this.loading, loading]);
    try {
      return await loading;
    } catch (error) {
      // What went wrong is said by the page, in its own words.
      this.viewer.hideError();
      throw error;
    }
  }

  private async sharpen(picture: Picture, options: Parameters<Viewer['setPanorama']>[1]): Promise<void> {
    try {
      const base = picture.tiles === null ? picture.hd : picture.sd;
      await this.setPanorama(panorama(picture, base, true), options);
    } catch {
      // The thumbnail stays.
    }
  }
}
