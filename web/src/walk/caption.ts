import type { Picture } from '../api/picture';
import { type Child, fill, h } from '../lib/dom';
import { icon, type IconName } from '../lib/icons';
import { formatLocalTime } from '../lib/time';
import { language, t } from '../locales';

export interface CaptionEvents {
  readonly onCopyLink: () => void;
  readonly onBlur: () => void;
  readonly onEdit: () => void;
  readonly onReport: () => void;
}

/** Buttons that are hidden until it is known that the reader may. */
export interface Offers {
  readonly blur: HTMLElement;
  readonly edit: HTMLElement;
}

function licence(picture: Picture): Child {
  if (picture.licence === null) return null;
  if (picture.licenceUrl === null) return h('span', {}, picture.licence);
  return h('a', { href: picture.licenceUrl, target: '_blank', rel: 'license noopener' }, picture.licence);
}

function action(name: IconName, label: string, onclick: () => void): HTMLElement {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick }, icon(name));
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

/**
 * Who took the picture, when, with what, and what may be done with it. Answers the buttons that correct it and that begin to
 * blur something.
 */
export function showCaption(container: HTMLElement, picture: Picture, events: CaptionEvents): Offers {
  const more: Child[] = [picture.camera === null ? null : h('span', {}, picture.camera), licence(picture)];
  const taken = takenText(picture);
  const blur = action('blur', t('blur.title'), events.onBlur);
  blur.hidden = true;
  blur.dataset.testid = 'blur-open';
  const edit = action('edit', t('edit.title'), events.onEdit);
  edit.hidden = true;
  edit.dataset.testid = 'edit-open';
  const report = action('flag', t('report.title'), events.onReport);
  report.dataset.testid = 'report-open';
  const withheld = h('a', { href: '/reports', class: 'caption-withheld', 'data-testid': 'withheld' }, t('walk.withheld'));
  fill(
    container,
    h(
      'div',
      { class: 'caption-text' },
      picture.author === null ? null : h('strong', {}, t('walk.author', { name: picture.author })),
      taken === '' ? null : h('time', { datetime: picture.takenAt }, taken),
      h('span', { class: 'caption-more' }, ...more),
    ),
    h(
      'div',
      { class: 'caption-actions' },
      edit,
      blur,
      download(picture),
      action('link', t('walk.copyLink'), events.onCopyLink),
      report,
    ),
    picture.withheld ? withheld : null,
  );
  return { blur, edit };
}
