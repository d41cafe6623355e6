import type { Picture } from '../api/picture';
import { iconButton } from '../app/iconButton';
import { type Child, fill, h } from '../lib/dom';
import { icon } from '../lib/icons';
import { formatLocalTime } from '../lib/time';
import { language, t } from '../locales';

export interface CaptionEvents {
  readonly onShare: () => void;
  readonly onBlur: () => void;
  readonly onEdit: () => void;
  readonly onReport: () => void;
}

/** Buttons that are hidden until it is known that the reader may. */
export interface Offers {
  readonly blur: HTMLElement;
  readonly edit: HTMLElement;
}

/** Licences by which authors give up their rights. */
const NO_RIGHTS: readonly (string | null)[] = ['CC0-1.0', 'PDDL-1.0', 'Unlicense'];

/** Who made a picture, as people write it beside its licence; null when nobody is named. */
export function authorText({ author, licence }: Pick<Picture, 'author' | 'licence'>): string | null {
  if (author === null) return null;
  return licence === null || NO_RIGHTS.includes(licence) ? t('walk.author', { name: author }) : t('walk.credit', { name: author });
}

function licence({ licence: name, licenceTitle: title, licenceUrl: href }: Picture): Child {
  if (name === null) return null;
  if (href === null) return h('span', { class: 'caption-licence', title }, name);
  return h('a', { class: 'caption-licence', href, target: '_blank', rel: 'license noopener', title, 'data-testid': 'licence' }, name);
}

/** Whom to name, and what may be done with the picture: seen whole or cut, but always seen. */
export function credit(picture: Picture): HTMLElement | null {
  const author = authorText(picture);
  if (author === null && picture.licence === null) return null;
  const who = author === null ? null : h('strong', { class: 'caption-who', title: picture.author, 'data-testid': 'author' }, author);
  const between = who === null || picture.licence === null ? null : h('span', { class: 'muted' }, ' · ');
  return h('p', { class: 'caption-credit' }, who, between, licence(picture));
}

function download(picture: Picture): HTMLElement {
  const label = t('walk.download');
  return h(
    'a',
    {
      href: picture.hd,
      download: picture.fileName,
      class: 'icon-button',
      'aria-label': label,
      title: label,
      'data-testid': 'download',
    },
    icon('download'),
  );
}

/** When a picture was taken, in the reader's words; empty when unknown. */
export function takenText(picture: Picture): string {
  return picture.takenAt === null ? '' : formatLocalTime(picture.takenAt, language());
}

/** What is told of a picture that is seen now. With seconds, as a sentence that stays the same is not told again. */
export function openedText({ takenAt, author }: Pick<Picture, 'takenAt' | 'author'>): string {
  if (takenAt === null || author === null) return t('walk.openedUntitled');
  return t('walk.opened', { date: formatLocalTime(takenAt, language(), 'medium'), author });
}

/**
 * Who took the picture, when, with what, and what may be done with it. Answers the buttons that correct it and that begin to
 * blur something.
 */
export function showCaption(container: HTMLElement, picture: Picture, events: CaptionEvents): Offers {
  const taken = takenText(picture);
  const blur = iconButton('blur', t('blur.title'), events.onBlur);
  blur.hidden = true;
  blur.dataset.testid = 'blur-open';
  const edit = iconButton('edit', t('edit.title'), events.onEdit);
  edit.hidden = true;
  edit.dataset.testid = 'edit-open';
  const report = iconButton('flag', t('report.title'), events.onReport);
  report.dataset.testid = 'report-open';
  const withheld = h('a', { href: '/reports', class: 'caption-withheld', 'data-testid': 'withheld' }, t('walk.withheld'));
  fill(
    container,
    h(
      'div',
      { class: 'caption-text' },
      credit(picture),
      taken === '' ? null : h('time', { datetime: picture.takenAt }, taken),
      picture.camera === null ? null : h('span', { class: 'caption-more' }, picture.camera),
    ),
    h(
      'div',
      { class: 'caption-actions' },
      edit,
      blur,
      download(picture),
      iconButton('share', t('share.title'), events.onShare, 'share-open'),
      report,
    ),
    picture.withheld ? withheld : null,
  );
  return { blur, edit };
}
