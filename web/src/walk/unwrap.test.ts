import { describe, expect, it } from 'vitest';

import { unwrap, unwrapLine, unwrapRing } from './unwrap';

describe('unwrap', () => {
  it('leaves alone what does not cross the 180th meridian', () => {
    const line = [[170, 1], [10, 2], [-150, 3]];
    expect(unwrapLine(line)).toEqual(line);
  });

  it('lets longitudes run on, both ways and back', () => {
    expect(unwrapLine([[179, 0], [-179, 1], [-170, 2], [175, 3]])).toEqual([[179, 0], [181, 1], [190, 2], [175, 3]]);
    expect(unwrapLine([[-179, 0], [179, 1]])).toEqual([[-179, 0], [-181, 1]]);
  });

  it('closes a ring around a pole along that pole', () => {
    const ring = [[-180, -70], [-90, -75], [0, -70], [90, -75], [179, -70], [-180, -70]];
    expect(unwrapRing(ring)).toEqual([
      [-180, -70], [-90, -75], [0, -70], [90, -75], [179, -70], [180, -70], [180, -90], [-180, -90], [-180, -70],
    ]);
  });

  it('keeps ordinary rings closed', () => {
    const ring = unwrapRing([[178, 60], [-178, 60], [-178, 62], [178, 62], [178, 60]]);
    expect(ring[0]).toEqual(ring.at(-1));
    expect(ring).toHaveLength(5);
  });

  it('reaches every part of a geometry', () => {
    expect(unwrap({ type: 'MultiLineString', coordinates: [[[179, 0], [-179, 0]]] }).coordinates).toEqual([[[179, 0], [181, 0]]]);
    const polygon = { type: 'Polygon', coordinates: [[[179, 0], [-179, 0], [-179, 1], [179, 0]]] } as const;
    expect(unwrap({ type: 'Polygon', coordinates: polygon.coordinates.map((r) => r.map((p) => [...p])) }).coordinates).toEqual([
      [[179, 0], [181, 0], [181, 1], [179, 0]],
    ]);
  });
});
