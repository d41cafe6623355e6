import { choice } from '../../app/choice';
import { copyField } from '../../app/copyField';
import { labelled } from '../../app/labelled';
import { fill, h } from '../../lib/dom';
import type { Place } from '../../lib/geometry';
import { t } from '../../locales';
import { embedAddress, embedCode, type Embedded, type FrameSize } from './links';

const SIZES = {
  small: { width: 480, height: 320 },
  medium: { width: 800, height: 500 },
  wide: { width: '100%', height: 450 },
} as const satisfies Record<string, FrameSize>;
const NAMES = ['small', 'medium', 'wide'] as const;

/** Where the map begins that is asked for while there is none. */
const MAP_ZOOM = 16;

/** The code by which a page shows the picture, and what can be chosen about it. `title` is read out in place of the frame. */
export function embedSection(origin: string, { map, ...seen }: Embedded, place: Place, title: string): readonly HTMLElement[] {
  const size = h(
    'select',
    { id: 'share-size', 'data-testid': 'share-size' },
    ...NAMES.map((name) => h('option', { value: name, selected: name === 'medium' }, t(`share.size.${name}`))),
  );
  const withMap = choice('checkbox', 'share-map', 'shown', t('share.withMap'), false);
  const code = h('div');
  const write = (): void => {
    const chosen = NAMES.find((name) => name === size.value) ?? 'medium';
    const shown = withMap.querySelector('input')?.checked === true ? (map ?? { ...place, zoom: MAP_ZOOM }) : null;
    const value = embedCode(embedAddress(origin, { ...seen, map: shown }), title, SIZES[chosen]);
    fill(code, copyField({ name: 'share-code', label: t('share.code'), value }));
  };
  size.addEventListener('change', write);
  withMap.addEventListener('change', write);
  write();
  return [labelled(t('share.size'), size), withMap, code];
}
