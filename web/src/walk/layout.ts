import { iconButton } from '../app/iconButton';
import { h } from '../lib/dom';
import { icon } from '../lib/icons';
import { t } from '../locales';

export interface Actions {
  readonly zoom: (step: 1 | -1) => void;
  readonly swap: () => void;
  readonly close: () => void;
  readonly help: () => void;
}

/** The parts of the walk page that others fill or change. */
export interface Layout {
  readonly element: HTMLElement;
  readonly mapFrame: HTMLElement;
  readonly map: HTMLElement;
  readonly caption: HTMLElement;
  readonly empty: HTMLElement;
  readonly announcer: HTMLElement;
}

function emptyState(): HTMLElement {
  return h(
    'div',
    { class: 'empty', hidden: true, 'data-testid': 'empty' },
    h('h2', {}, t('walk.empty.title')),
    h('p', {}, t('walk.empty.text')),
    h('a', { href: '/upload', class: 'button primary' }, t('walk.empty.action')),
  );
}

/** Phones show the details and the map in a drawer that is pulled up. */
function drawerHandle(walk: () => HTMLElement): HTMLElement {
  const handle = h('button', {
    type: 'button',
    class: 'drawer-handle',
    'aria-label': t('walk.details'),
    'aria-expanded': 'false',
    'data-testid': 'drawer',
  });
  const set = (open: boolean): void => {
    walk().classList.toggle('drawer-open', open);
    handle.setAttribute('aria-expanded', String(open));
  };
  let from: number | null = null;
  handle.addEventListener('click', () => {
    set(!walk().classList.contains('drawer-open'));
  });
  handle.addEventListener('pointerdown', (event) => {
    from = event.clientY;
  });
  handle.addEventListener('pointercancel', (event) => {
    if (from !== null && Math.abs(event.clientY - from) > 12) set(event.clientY < from);
    from = null;
  });
  return handle;
}

/** Builds the page: map, picture, the buttons that lead along a sequence, and what lies over them. */
export function buildLayout(picture: HTMLElement, player: HTMLElement, actions: Actions): Layout {
  const map = h('div', { class: 'map', 'data-testid': 'map' });
  const swap = h(
    'button',
    { type: 'button', class: 'icon-button swap', 'data-testid': 'swap', onclick: actions.swap },
    icon('swap'),
  );
  const mapFrame = h('section', { class: 'map-frame', 'aria-label': t('walk.map') }, map);
  const caption = h('div', { class: 'caption' });
  const empty = emptyState();
  const announcer = h('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  const element: HTMLElement = h(
    'div',
    { class: 'walk', 'data-focus': 'map' },
    h('h1', { class: 'visually-hidden' }, t('walk.map')),
    mapFrame,
    picture,
    h(
      'div',
      { class: 'walk-info' },
      drawerHandle(() => element),
      player,
      caption,
    ),
    h(
      'div',
      { class: 'zoomer' },
      iconButton('plus', t('walk.zoomIn'), () => {
        actions.zoom(1);
      }),
      iconButton('minus', t('walk.zoomOut'), () => {
        actions.zoom(-1);
      }),
    ),
    h('div', { class: 'inset-tools' }, swap, iconButton('close', t('walk.closePicture'), actions.close, 'pic-close')),
    iconButton('help', t('walk.help'), actions.help, 'help'),
    empty,
    announcer,
  );
  element.querySelector('[data-testid="help"]')?.classList.add('help');
  return { element, mapFrame, map, caption, empty, announcer };
}
