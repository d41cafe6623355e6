import { iconButton, renameButton } from '../app/iconButton';
import { h } from '../lib/dom';
import { formatNumber, t } from '../locales';

export interface PlayerActions {
  readonly first: () => void;
  readonly previous: () => void;
  readonly play: () => void;
  readonly speed: () => void;
  readonly next: () => void;
  readonly last: () => void;
}

/** What there is to do. */
export interface PlayerState {
  /** Whether the sequence goes on in either direction. */
  readonly back: boolean;
  readonly on: boolean;
  readonly playing: boolean;
  /** How much faster than usual. */
  readonly speed: number;
}

/** The buttons that lead along a sequence. */
export class PlayerBar {
  readonly element: HTMLElement;
  private readonly first: HTMLButtonElement;
  private readonly previous: HTMLButtonElement;
  private readonly play: HTMLButtonElement;
  private readonly speed: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private readonly last: HTMLButtonElement;

  constructor(actions: PlayerActions) {
    this.first = iconButton('first', t('walk.first'), actions.first, 'pic-first');
    this.previous = iconButton('back', t('walk.previous'), actions.previous, 'pic-prev');
    this.play = iconButton('play', t('walk.play'), actions.play, 'pic-play');
    this.speed = h('button', { type: 'button', class: 'icon-button player-speed', onclick: actions.speed, 'data-testid': 'pic-speed' });
    this.next = iconButton('forward', t('walk.next'), actions.next, 'pic-next');
    this.last = iconButton('last', t('walk.last'), actions.last, 'pic-last');
    for (const end of [this.first, this.last]) end.classList.add('player-end');
    const { first, previous, play, speed, next, last } = this;
    this.element = h('div', { class: 'player', role: 'group', 'aria-label': t('walk.sequence') }, first, previous, play, speed, next, last);
  }

  show({ back, on, playing, speed }: PlayerState): void {
    this.first.disabled = this.previous.disabled = !back;
    this.next.disabled = this.last.disabled = !on;
    this.play.disabled = !on && !playing;
    this.speed.disabled = !back && !on;
    if (playing) renameButton(this.play, 'pause', t('walk.pause'));
    else renameButton(this.play, 'play', t('walk.play'));
    this.play.setAttribute('aria-pressed', String(playing));
    const times = formatNumber(speed);
    const label = t('walk.speed', { times });
    this.speed.textContent = `${times}×`;
    this.speed.title = label;
    this.speed.setAttribute('aria-label', label);
  }
}
