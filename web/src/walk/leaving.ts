import { h } from '../lib/dom';
import { bearing, distance, type Place, radians, turnBetween } from '../lib/geometry';

/** How long a picture takes to go, ms. */
const GOES_MS = 380;
/** Nearer than this and farther than that, metres, one is not seen to walk. */
const WALKED_M = [0.3, 60] as const;
/** How much larger the picture becomes that one walks into. */
const GROWTH = 0.3;
/** How far it moves aside, parts of its width. */
const ASIDE = 0.12;

/** How a picture that goes moves: the factor by which it grows, and how far it moves to the right, parts of its width. */
export interface Motion {
  readonly scale: number;
  readonly aside: number;
}

const STILL: Motion = { scale: 1, aside: 0 };

/** How the world moves for somebody who looks that way, degrees clockwise from north, and walks from one place to another. */
export function motionBetween(from: Place, to: Place, heading: number): Motion {
  const away = distance(from, to);
  if (away < WALKED_M[0] || away > WALKED_M[1]) return STILL;
  const turn = radians(turnBetween(heading, bearing(from, to)));
  return { scale: (1 + GROWTH) ** Math.cos(turn), aside: -ASIDE * Math.sin(turn) };
}

/** The picture that was seen before, which fades over the one that is seen now, and moves as the world does. */
export class Leaving {
  private element: HTMLElement | null = null;

  constructor(private readonly stage: HTMLElement) {}

  /** Has it go; `picture` gives what was seen of it. Who wants nothing to move sees the next picture at once. */
  begin(picture: () => Element | null, { scale, aside }: Motion): void {
    this.end();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches ? null : picture();
    if (still === null) return;
    const element = h('div', { class: 'leaving', 'aria-hidden': 'true', 'data-testid': 'leaving' }, still);
    this.stage.after(element);
    this.element = element;
    const going = element.animate(
      [
        { opacity: 1, transform: 'none' },
        { opacity: 0, transform: `translateX(${aside * 100}%) scale(${scale})` },
      ],
      { duration: GOES_MS, easing: 'ease-out', fill: 'forwards' },
    );
    going.addEventListener('finish', () => {
      if (this.element === element) this.end();
    });
  }

  end(): void {
    this.element?.remove();
    this.element = null;
  }
}
