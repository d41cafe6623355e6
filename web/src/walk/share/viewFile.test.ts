import { describe, expect, it } from 'vitest';

import { parsePicture, type Picture } from '../../api/picture';
import { radians } from '../../lib/geometry';
import { lensOn } from '../sphereMath';
import { cameraOf, UNIT, viewFileAddress } from './viewFile';

const STAGE = { width: 800, height: 600 };
const ITEM = {
  id: 'p1',
  geometry: { coordinates: [2, 48] },
  assets: { hd: { href: 'https://x.example.org/hd.jpg' } },
  properties: {
    'pers:interior_orientation': { field_of_view: 360 },
    'tiles:tile_matrix_sets': { geovisio: { tileMatrix: [{ matrixWidth: 8, matrixHeight: 4, tileWidth: 720, tileHeight: 720 }] } },
  },
  asset_templates: { tiles: { href: 'https://x.example.org/{TileCol}_{TileRow}.jpg' } },
};

function panorama(): Picture {
  const picture = parsePicture(ITEM);
  if (picture === null) throw new Error('the item holds a picture');
  return picture;
}

function lens(yaw: number, pitch: number, levelling = { tilt: 0, roll: 0 }) {
  const camera = { yaw: radians(yaw), pitch: radians(pitch), verticalFov: radians(60), ...STAGE };
  return lensOn(camera, levelling, UNIT, null);
}

/** Where a view of the API shows a place of the stage, from 0 to 1 across and down the panorama: what the server does. */
function cutAt(x: number, y: number, { yaw, pitch, roll }: { yaw: number; pitch: number; roll: number }): { x: number; y: number } {
  const focal = STAGE.height / 2 / Math.tan(radians(30));
  let [right, up, ahead] = [x - STAGE.width / 2, STAGE.height / 2 - y, focal];
  const turn = (a: number, b: number, by: number): [number, number] => [
    a * Math.cos(radians(by)) + b * Math.sin(radians(by)),
    b * Math.cos(radians(by)) - a * Math.sin(radians(by)),
  ];
  [right, up] = turn(right, up, roll);
  [up, ahead] = turn(up, ahead, pitch);
  [right, ahead] = turn(right, ahead, yaw);
  const across = Math.atan2(right, ahead) / (2 * Math.PI) + 0.5;
  return { x: across - Math.floor(across), y: 0.5 - Math.atan2(up, Math.hypot(right, ahead)) / Math.PI };
}

describe('the camera of a view', () => {
  it('is where the reader looks in a level panorama', () => {
    const camera = cameraOf(lens(-30, 12), STAGE);
    expect(camera.yaw).toBeCloseTo(-30, 9);
    expect(camera.pitch).toBeCloseTo(12, 9);
    expect(camera.roll).toBeCloseTo(0, 9);
  });

  it('shows the same of an inclined one, which is only shown level', () => {
    for (const yaw of [0, 77, 180, 300]) {
      for (const pitch of [-70, -10, 0, 40]) {
        const seen = lens(yaw, pitch, { tilt: -0.2, roll: 0.3 });
        const camera = cameraOf(seen, STAGE);
        for (const [x, y] of [[1, 1], [640, 222], [799, 599]] as const) {
          const wanted = seen.toPicture({ x, y });
          const cut = cutAt(x, y, camera);
          expect(Math.abs(((cut.x - wanted.x + 1.5) % 1) - 0.5)).toBeLessThan(1e-6);
          expect(cut.y).toBeCloseTo(wanted.y / UNIT.height, 6);
        }
      }
    }
  });
});

describe('the address of a view', () => {
  it('asks for as many pixels as the panorama has there', () => {
    expect(viewFileAddress(panorama(), lens(90, 0), 90, STAGE)).toBe(
      '/api/pictures/p1/view.jpg?yaw=90&pitch=0&roll=0&fov=90&width=1833&height=1375',
    );
  });

  it('stays within what the server cuts', () => {
    const wide = new URLSearchParams(viewFileAddress(panorama(), lens(0, 0), 140, STAGE)?.split('?')[1]);
    expect([wide.get('fov'), wide.get('width')]).toEqual(['120', '2048']);
    const tall = new URLSearchParams(viewFileAddress(panorama(), lens(0, 0), 100, { width: 300, height: 600 })?.split('?')[1]);
    expect([tall.get('width'), tall.get('height')]).toEqual(['1024', '2048']);
  });

  it('is that of whole panoramas only', () => {
    const crop = { fullWidth: 2000, fullHeight: 1000, croppedX: 500, croppedY: 250, croppedWidth: 1000, croppedHeight: 500 };
    for (const other of [{ is360: false }, { tiles: null }, { crop }]) {
      expect(viewFileAddress({ ...panorama(), ...other }, lens(0, 0), 90, STAGE)).toBeNull();
    }
  });
});
