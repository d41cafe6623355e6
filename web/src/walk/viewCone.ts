import { type Map, Marker } from 'maplibre-gl';

import { h, svg } from '../lib/dom';
import { clamp, type Place, radians } from '../lib/geometry';

const RADIUS = 44;

/** Outline of a sector that points up, `angle` degrees wide, in a square of twice {@link RADIUS}. */
export function sectorPath(angle: number): string {
  const half = radians(clamp(angle, 10, 170)) / 2;
  const dx = RADIUS * Math.sin(half);
  const y = RADIUS - RADIUS * Math.cos(half);
  const at = (x: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return `M${RADIUS} ${RADIUS} L${at(RADIUS - dx)} A${RADIUS} ${RADIUS} 0 0 1 ${at(RADIUS + dx)} Z`;
}

/** On the map: where the picture was taken, and what of it is in view. */
export class ViewCone {
  private readonly sector = svg('path', { class: 'cone-sector' });
  private readonly marker: Marker;
  private added = false;

  constructor(private readonly map: Map) {
    const size = 2 * RADIUS;
    const drawing = svg(
      'svg',
      { viewBox: `0 0 ${size} ${size}`, width: size, height: size, 'aria-hidden': 'true' },
      this.sector,
      svg('circle', { class: 'cone-dot', cx: RADIUS, cy: RADIUS, r: 7 }),
    );
    const element = h('div', { class: 'cone' }, drawing);
    this.marker = new Marker({ element, rotationAlignment: 'map', pitchAlignment: 'map' });
  }

  place(at: Place | null): void {
    if (at === null) {
      this.marker.remove();
      this.added = false;
      return;
    }
    this.marker.setLngLat([at.lon, at.lat]);
    if (!this.added) this.marker.addTo(this.map);
    this.added = true;
  }

  /** Heading in degrees from north, width of the view in degrees. */
  turn(heading: number, width: number): void {
    this.marker.setRotation(heading);
    this.sector.setAttribute('d', sectorPath(width));
  }
}
