import '../styles/ring.css';

import type { PictureLink } from '../api/picture';
import { fill, h, svg } from '../lib/dom';
import { clamp } from '../lib/geometry';
import { formatLocalTime } from '../lib/time';
import { formatNumber, language, t } from '../locales';
import type { Arrow } from './arrows';
import type { View } from './url';

function label(arrow: Arrow): string {
  const metres = arrow.distance < 10 ? Math.round(arrow.distance * 10) / 10 : Math.round(arrow.distance);
  const distance = `${formatNumber(metres)} m`;
  const { rel, datetime } = arrow.link;
  if (rel === 'next') return t('walk.arrowNext', { distance });
  if (rel === 'prev') return t('walk.arrowPrev', { distance });
  if (datetime === null) return t('walk.arrowRelatedUndated', { distance });
  return t('walk.arrowRelated', { distance, date: formatLocalTime(datetime, language()) });
}

/** Arrows lying on the ground in front of the reader, one for each way to go. */
export class ArrowRing {
  readonly element = h('nav', { class: 'ring', 'aria-label': t('walk.arrows'), hidden: true });
  private readonly disc = h('div', { class: 'ring-disc' });
  private buttons: { readonly button: HTMLElement; readonly bearing: number }[] = [];

  constructor(private readonly onGo: (link: PictureLink) => void) {
    this.element.append(this.disc);
  }

  set(arrows: readonly Arrow[]): void {
    this.element.hidden = arrows.length === 0;
    this.buttons = arrows.map((arrow) => {
      const text = label(arrow);
      const button = h(
        'button',
        {
          type: 'button',
          class: `ring-arrow ${arrow.link.rel}`,
          'aria-label': text,
          title: text,
          onclick: () => {
            this.onGo(arrow.link);
          },
        },
        svg('svg', { viewBox: '0 0 48 40', 'aria-hidden': 'true' }, svg('path', { d: 'M24 4L44 34L24 25L4 34Z' })),
      );
      return { button, bearing: arrow.bearing };
    });
    fill(this.disc, ...this.buttons.map(({ button }) => button));
  }

  /** Turns the ground as the reader turns, and tips it as they look down. */
  look(view: View): void {
    const tilt = clamp(58 + view.pitch * 0.7, 15, 72);
    this.disc.style.transform = `rotateX(${tilt}deg)`;
    for (const { button, bearing } of this.buttons) {
      button.style.transform = `rotateZ(${bearing - view.heading}deg) translateY(calc(var(--ring-radius) * -1))`;
    }
  }
}
