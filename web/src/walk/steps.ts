import { linkTo, type Picture, type PictureLink } from '../api/picture';
import { firstOfSequence, lastOfSequence } from '../api/pictures';
import { errorText } from '../app/errorText';
import { toast } from '../app/toast';
import { t } from '../locales';
import { Ahead } from './ahead';
import { arrowTowards, chooseArrows, wayOn } from './arrows';
import type { Direction } from './ground';
import { pictureOnGround } from './jump';
import type { Target } from './mapTarget';
import { Player } from './player';
import { PlayerBar } from './playerBar';

/** How many pictures are fetched ahead, for each time that one walks faster than usual. */
const AHEAD = 2;

export interface StepsHost {
  /** The direction of the compass that the reader looks in; null before there is a picture. */
  readonly looking: () => number | null;
  /** Opens a picture. Answers whether it is seen. */
  readonly go: (target: Target) => Promise<boolean>;
}

/** The ways on from a picture: along its sequence, to its ends, where an arrow leads, where the ground is clicked; or by itself. */
export class Steps {
  readonly bar: PlayerBar;
  private readonly player: Player;
  private readonly ahead = new Ahead();
  private picture: Picture | null = null;
  private search: AbortController | null = null;

  constructor(private readonly host: StepsHost) {
    this.player = new Player(
      async () => {
        const link = this.linkTo('next');
        return link !== null && host.go(link);
      },
      () => { this.show(); },
    );
    this.bar = new PlayerBar({
      first: () => { void this.end('first'); },
      previous: () => { this.step('prev'); },
      play: () => { this.player.toggle(); },
      speed: () => { this.player.cycle(); },
      next: () => { this.step('next'); },
      last: () => { void this.end('last'); },
    });
    this.show();
  }

  /** A picture is seen; null: none is any more. */
  offer(picture: Picture | null): void {
    this.picture = picture;
    this.show();
    if (picture === null) {
      this.stop();
      this.ahead.stop();
      return;
    }
    const heading = this.host.looking();
    const before = heading === null ? null : arrowTowards(chooseArrows(picture), heading);
    this.ahead.look(picture, Math.ceil(AHEAD * this.player.speed), [before?.link ?? null, this.linkTo('prev')]);
  }

  /** Leaves off walking by itself, and what is looked for. */
  stop(): void {
    this.player.stop();
    this.search?.abort();
    this.search = null;
  }

  toggle(): void {
    this.player.toggle();
  }

  /** Walks by itself faster or slower. */
  change(by: 1 | -1): void {
    if (!this.player.change(by)) toast(t(by > 0 ? 'walk.fastest' : 'walk.slowest'));
  }

  destroy(): void {
    this.stop();
    this.ahead.stop();
  }

  linkTo(rel: 'next' | 'prev'): PictureLink | null {
    return this.picture === null ? null : linkTo(this.picture, rel);
  }

  step(rel: 'next' | 'prev'): void {
    this.stop();
    const link = this.linkTo(rel);
    if (link !== null) void this.host.go(link);
  }

  /** Walks where the reader looks, or away from there; along the sequence when nothing lies that way. */
  walk(forwards: boolean): void {
    const heading = this.host.looking();
    if (this.picture === null || heading === null) return;
    this.stop();
    const link = wayOn(this.picture, heading, forwards);
    if (link !== null) void this.host.go(link);
  }

  /** Goes to the first or the last picture of the sequence. */
  async end(which: 'first' | 'last'): Promise<void> {
    const sequence = this.picture?.sequence ?? null;
    this.stop();
    if (sequence === null || this.linkTo(which === 'first' ? 'prev' : 'next') === null) return;
    await this.find((signal) => (which === 'first' ? firstOfSequence : lastOfSequence)(sequence, signal));
  }

  /** Goes to the picture that was taken nearest to where the ground was clicked, or where the arrow nearest to it leads. */
  async jump(direction: Direction): Promise<void> {
    const { picture } = this;
    this.stop();
    if (picture === null) return;
    await this.find(async (signal) => {
      const found = await pictureOnGround(picture, direction, signal);
      if (found === null) toast(t('walk.nothingThere'));
      return found;
    });
  }

  private async find(look: (signal: AbortSignal) => Promise<Target | null>): Promise<void> {
    const search = new AbortController();
    this.search = search;
    try {
      const found = await look(search.signal);
      if (!search.signal.aborted && found !== null) await this.host.go(found);
    } catch (error) {
      if (!search.signal.aborted) toast(errorText(error), 'error');
    }
  }

  private show(): void {
    const { playing, speed } = this.player;
    this.bar.show({ back: this.linkTo('prev') !== null, on: this.linkTo('next') !== null, playing, speed });
  }
}
