import type { Picture } from '../../api/picture';
import { errorText } from '../../app/errorText';
import { toast } from '../../app/toast';
import { t } from '../../locales';
import type { DateHere } from '../dates/dates';
import type { Command } from '../keyboard';
import type { PictureView } from '../pictureView';
import { TURN_STEP } from '../surface';
import type { Comparison } from './comparison';

export interface ComparingEvents {
  /** Another picture is compared with. */
  readonly onChosen: (id: string) => void;
  /** It is to end. */
  readonly onLeave: () => void;
  /** It has ended, and the focus was in it. */
  readonly onEnded: () => void;
}

/** Shows the picture beside one of another date, in a mode of its own, which is fetched when it is first asked for. */
export class Comparing {
  private comparison: Comparison | null = null;
  /** What is compared: ids of the picture shown and of the other one. */
  private wanted: { readonly main: string; readonly other: string } | null = null;

  constructor(
    private readonly page: HTMLElement,
    private readonly first: PictureView,
    private readonly events: ComparingEvents,
  ) {}

  get active(): boolean {
    return this.wanted !== null;
  }

  /** Compares the picture shown, or goes on with another one beside it. */
  async show(main: Picture, dates: readonly DateHere[], other: string): Promise<void> {
    if (this.wanted?.main !== main.id) this.end();
    else if (this.wanted.other === other) return;
    const wanted = { main: main.id, other };
    this.wanted = wanted;
    this.page.classList.add('comparing');
    try {
      const { Comparison } = await import('./comparison');
      // Meanwhile the reader may have gone on, or chosen something else.
      if (this.wanted !== wanted) return;
      this.comparison ??= new Comparison(this.page, this.first, main, dates, {
        onChosen: (id) => {
          this.wanted = { main: main.id, other: id };
          this.events.onChosen(id);
        },
        onLeave: this.events.onLeave,
        onGone: () => {
          toast(t('compare.gone'), 'error');
          this.events.onLeave();
        },
      });
      await this.comparison.open(other);
    } catch (error) {
      if (this.wanted !== wanted) return;
      toast(errorText(error), 'error');
      this.events.onLeave();
    }
  }

  /** Another part of the picture shown is seen. */
  refresh(): void {
    this.comparison?.align();
  }

  /** What keys ask for while pictures are compared: nothing that could be meant for either of them. */
  obey(command: Command): void {
    const commands: Partial<Record<Command, () => void>> = {
      turnLeft: () => { this.comparison?.leading.turnBy(-TURN_STEP); },
      turnRight: () => { this.comparison?.leading.turnBy(TURN_STEP); },
      zoomIn: () => { this.comparison?.leading.zoom(1); },
      zoomOut: () => { this.comparison?.leading.zoom(-1); },
      older: () => { this.comparison?.step(-1); },
      newer: () => { this.comparison?.step(1); },
      compare: this.events.onLeave,
      escape: this.events.onLeave,
    };
    commands[command]?.();
  }

  end(): void {
    if (this.wanted === null) return;
    this.wanted = null;
    const focused = this.comparison?.focused ?? false;
    this.comparison?.destroy();
    this.comparison = null;
    this.page.classList.remove('comparing');
    if (focused) this.events.onEnded();
  }
}
