import { type Map, type MapMouseEvent, Popup } from 'maplibre-gl';

import { listPublicAreas } from '../api/areas';
import { text } from '../api/json';
import { h } from '../lib/dom';
import { t } from '../locales';
import { areaAt, drawAreas, recolourAreas } from './areaLayers';
import { GRID } from './coverage';
import { onSchemeChange } from './palette';

/** Areas of which this instance takes no pictures, as far as everybody may know of them: drawn below the coverage. */
export class PublicAreas {
  private readonly note = new Popup({ closeButton: false, className: 'area-note', maxWidth: '16rem' });
  private readonly stopScheme: () => void;

  private constructor(private readonly map: Map) {
    this.stopScheme = onSchemeChange(() => {
      recolourAreas(map);
    });
  }

  /** Draws them on a map whose coverage is drawn; null where there are none. */
  static async draw(map: Map, signal: AbortSignal): Promise<PublicAreas | null> {
    const areas = await listPublicAreas(signal);
    if (areas.length === 0 || signal.aborted) return null;
    drawAreas(map, areas, map.getLayer(GRID) === undefined ? undefined : GRID);
    return new PublicAreas(map);
  }

  /** Says what is clicked, if it is one of them. */
  tell(event: MapMouseEvent): void {
    const area = areaAt(this.map, event.point);
    this.note.remove();
    if (area === null) return;
    const label = text(area.label);
    const kept = label === null ? t('walk.area.unnamed') : t('walk.area', { name: label });
    this.note
      .setLngLat(event.lngLat)
      .setDOMContent(h('p', { 'data-testid': 'area-note' }, area.isAllowed === true ? t('walk.area.allowed') : kept))
      .addTo(this.map);
  }

  destroy(): void {
    this.stopScheme();
  }
}
