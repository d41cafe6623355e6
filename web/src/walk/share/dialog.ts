import '../../styles/forms.css';
import '../../styles/share.css';

import type { Picture } from '../../api/picture';
import { copyField } from '../../app/copyField';
import { openDialog } from '../../app/dialog';
import { type Child, h } from '../../lib/dom';
import { formatDay } from '../../lib/time';
import { language, t } from '../../locales';
import { authorText, takenText } from '../caption';
import type { Surface } from '../surface';
import type { WalkState } from '../url';
import { embedSection } from './embed';
import { askJosm } from './josm';
import { creditHtml, creditText, geoAddress, idAddress, josmAddress, osmAddress, pictureAddress, viewAddress } from './links';
import { UNIT, viewFileAddress } from './viewFile';

/** What is passed on. */
export interface Shared {
  readonly picture: Picture;
  /** What is seen of it. */
  readonly state: WalkState;
  readonly surface: Surface | null;
  /** Whether everybody sees it. */
  readonly isPublic: boolean;
}

function section(title: string, ...content: Child[]): HTMLElement {
  return h('section', { class: 'share-part' }, h('h3', {}, title), ...content);
}

/** Hands the link to another app of the device, where devices do that. */
function systemButton(url: string): Child {
  const data = { title: document.title, url };
  if (!('share' in navigator) || !navigator.canShare(data)) return null;
  const said = h('p', { class: 'hint', role: 'status', 'data-testid': 'share-system-said' });
  const send = async (): Promise<void> => {
    try {
      said.textContent = '';
      await navigator.share(data);
    } catch (error) {
      // Whoever changes their mind knows.
      if (!(error instanceof DOMException && error.name === 'AbortError')) said.textContent = t('share.systemFailed');
    }
  };
  const button = h('button', { type: 'button', class: 'button primary', onclick: () => void send(), 'data-testid': 'share-system' }, t('share.system'));
  return h('div', { class: 'share-system' }, button, said);
}

function links(origin: string, { picture, state }: Shared): HTMLElement {
  const view = viewAddress(origin, state);
  return section(
    t('share.link'),
    copyField({ name: 'share-view', label: t('share.view'), value: view }),
    copyField({ name: 'share-picture', label: t('share.picture'), value: pictureAddress(origin, picture.id) }),
    systemButton(view),
  );
}

function credit(origin: string, { picture }: Shared): HTMLElement {
  const words = {
    who: authorText(picture),
    day: picture.takenAt === null ? null : formatDay(picture.takenAt.slice(0, 10), language(), 'long'),
    licence: picture.licence,
    licenceUrl: picture.licenceUrl,
    address: pictureAddress(origin, picture.id),
  };
  return section(
    t('share.credit'),
    copyField({ name: 'share-credit-text', label: t('share.creditText'), value: creditText(words) }),
    copyField({ name: 'share-credit-html', label: t('share.creditHtml'), value: creditHtml(words, t('walk.picture')) }),
  );
}

function elsewhereLink(name: string, href: string, label: string): HTMLElement {
  return h('a', { href, class: 'button', target: '_blank', rel: 'noopener', 'data-testid': name }, label);
}

function viewFile({ picture, surface }: Shared): Child {
  if (surface === null) return null;
  const { clientWidth: width, clientHeight: height } = surface.element;
  const href = viewFileAddress(picture, surface.lens(UNIT), surface.width, { width, height });
  if (href === null) return null;
  const name = picture.fileName.replace(/\.[^.]*$/, '');
  return h('a', { href, class: 'button', download: `${name}-view.jpg`, 'data-testid': 'share-view-file' }, t('share.viewFile'));
}

function elsewhere(shared: Shared): HTMLElement {
  const { picture } = shared;
  const josm = josmAddress(picture.place);
  const said = h('p', { class: 'hint', role: 'status', 'data-testid': 'share-josm-said' });
  const ask = async (): Promise<void> => {
    said.replaceChildren(t('share.josm.asking'));
    const answer = await askJosm(josm);
    said.replaceChildren(t(`share.josm.${answer}`));
    // Some browsers let no page reach the reader's own computer; a link does.
    if (answer === 'silent') said.append(' ', h('a', { href: josm, target: '_blank', rel: 'noopener' }, t('share.josm.byHand')));
    said.scrollIntoView({ block: 'nearest' });
  };
  return section(
    t('share.elsewhere'),
    h(
      'div',
      { class: 'actions share-elsewhere' },
      elsewhereLink('share-osm', osmAddress(picture.place), t('share.osm')),
      elsewhereLink('share-id', idAddress(picture, shared.isPublic), t('share.id')),
      h('button', { type: 'button', class: 'button', onclick: () => void ask(), 'data-testid': 'share-josm' }, t('share.josm')),
      h('a', { href: geoAddress(picture.place), class: 'button', 'data-testid': 'share-geo' }, t('share.geo')),
      viewFile(shared),
    ),
    said,
  );
}

/** What an embedded picture is called, for who does not see it. */
function title(picture: Picture): string {
  const date = takenText(picture);
  return date === '' || picture.author === null ? t('walk.picture') : t('walk.opened', { date, author: picture.author });
}

/** Opens the dialog by which what is seen is passed on. */
export function openShare(shared: Shared): void {
  const { origin } = location;
  const { picture, state } = shared;
  const hidden = h('p', { class: 'share-hidden', 'data-testid': 'share-hidden' }, t('share.hidden'));
  const dialog = openDialog(
    t('share.title'),
    shared.isPublic ? null : hidden,
    links(origin, shared),
    credit(origin, shared),
    section(t('share.embed'), ...embedSection(origin, { picture: picture.id, view: state.view, map: state.map }, picture.place, title(picture))),
    elsewhere(shared),
  );
  dialog.dataset.testid = 'share';
  dialog.classList.add('share');
}
