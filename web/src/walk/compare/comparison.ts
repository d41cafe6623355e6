import '../../styles/compare.css';

import { ApiError } from '../../api/errors';
import type { Picture } from '../../api/picture';
import { forgetPicture, getPicture } from '../../api/pictures';
import { errorText } from '../../app/errorText';
import { toast } from '../../app/toast';
import { h, isTyping } from '../../lib/dom';
import { turnBetween } from '../../lib/geometry';
import { formatDay } from '../../lib/time';
import { language, t } from '../../locales';
import { type DateHere, dayOfPicture } from '../dates/dates';
import { imageWidthDegrees } from '../flatMath';
import { type Extent, sameLook, samePart } from '../looking';
import { PictureView } from '../pictureView';
import { CompareBar, type Layout } from './bar';
import { OtherDates } from './dateChoice';
import { Divider } from './divider';
import { showSide } from './side';

export interface ComparisonEvents {
  readonly onChosen: (id: string) => void;
  readonly onLeave: () => void;
  /** The other picture is not there any more. */
  readonly onGone: () => void;
}

/** How pictures are compared, kept for the next time while the page is open. */
let layout: Layout = 'beside';

function extent({ heading, fieldOfView }: Picture): Extent {
  return { heading, span: imageWidthDegrees(fieldOfView) };
}

function dayText(picture: Picture): string {
  const day = dayOfPicture(picture);
  return day === null ? t('compare.undated') : formatDay(day, language(), 'medium');
}

/** Two pictures of one place, side by side or one over the other, which are looked at together. */
export class Comparison {
  private readonly element: HTMLElement;
  private readonly second: PictureView;
  private readonly bar: CompareBar;
  private readonly divider: Divider;
  private readonly choice: OtherDates;
  private readonly firstCaption = h('div', { class: 'compare-caption compare-caption-first', 'data-testid': 'compare-caption-first' });
  private readonly secondCaption = h('div', { class: 'compare-caption compare-caption-second', 'data-testid': 'compare-caption-second' });
  private readonly announcer = h('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  private readonly abort = new AbortController();
  private readonly resized: ResizeObserver;
  private opening: AbortController | null = null;
  /** What is seen beside the first picture. */
  private other: Picture | null = null;
  private leader: PictureView;
  private locked = true;
  private aligning = false;

  constructor(
    private readonly page: HTMLElement,
    private readonly first: PictureView,
    private readonly main: Picture,
    dates: readonly DateHere[],
    private readonly events: ComparisonEvents,
  ) {
    this.leader = first;
    this.second = new PictureView({
      onLook: () => { this.align(); },
      onGo: () => undefined,
    });
    this.choice = new OtherDates(dates, (id) => {
      events.onChosen(id);
      void this.open(id);
    });
    this.divider = new Divider(page);
    this.bar = new CompareBar({
      layout: (wanted) => { this.lay(wanted); },
      lock: (locked) => {
        this.locked = locked;
        this.align();
      },
      zoom: (step) => { this.leader.zoom(step); },
      leave: events.onLeave,
    });
    this.element = h(
      'section',
      { class: 'compare', tabindex: -1, 'aria-label': t('compare.title'), 'data-testid': 'compare' },
      this.bar.element,
      this.firstCaption,
      this.divider.element,
      this.second.element,
      this.secondCaption,
      this.announcer,
    );
    this.nameSides();
    this.secondCaption.append(this.choice.element);
    showSide(this.firstCaption, h('time', { datetime: main.takenAt }, dayText(main)), main);
    this.listen();
    this.resized = new ResizeObserver(() => {
      // By the next frame both have measured themselves anew.
      requestAnimationFrame(() => { this.matchSize(); });
    });
    this.resized.observe(this.second.element);
    page.append(this.element);
    this.lay(layout);
    // What had the focus is hidden now; and it is read out what this is.
    this.element.focus();
  }

  /** What keys turn and zoom: what was last touched. */
  get leading(): PictureView {
    return this.leader;
  }

  get focused(): boolean {
    const at = document.activeElement;
    return this.element.contains(at) || this.first.element.contains(at);
  }

  /** Shows another picture beside the first. */
  async open(id: string): Promise<void> {
    this.opening?.abort();
    const opening = new AbortController();
    this.opening = opening;
    const signal = AbortSignal.any([opening.signal, this.abort.signal]);
    this.choice.select(id);
    this.second.clearFailure();
    this.second.setLoading(true);
    try {
      // What was seen a while ago may be hidden by now.
      forgetPicture(id);
      const picture = await getPicture(id, null, signal);
      signal.throwIfAborted();
      // Until it is seen, there is nothing to align.
      this.other = null;
      await this.second.show(picture, this.locked ? this.first.glance : (this.second.glance ?? this.first.glance));
      signal.throwIfAborted();
      this.onShown(picture);
    } catch (error) {
      if (!signal.aborted) await this.fail(id, error, signal);
    }
  }

  /** Goes to the date before or after the one that is compared with. */
  step(by: -1 | 1): void {
    const id = this.choice.beside(by);
    if (id === null) {
      toast(t(by < 0 ? 'dates.noOlder' : 'dates.noNewer'));
      return;
    }
    this.events.onChosen(id);
    void this.open(id);
  }

  /** Has the other picture show what the leading one shows, where they are locked together. */
  align(): void {
    if (!this.locked || this.aligning || this.other === null) return;
    const [from, to] = this.leader === this.first ? [this.first, this.second] : [this.second, this.first];
    const { glance } = from;
    const surface = to.shownOn;
    if (glance === null || surface === null) return;
    const [of, on] = from === this.first ? [this.main, this.other] : [this.other, this.main];
    // The other tells of each look, too.
    this.aligning = true;
    to.lookAt(glance.is360 || surface.is360 ? sameLook(glance, surface) : samePart(glance.view, extent(of), extent(on)));
    this.aligning = false;
  }

  destroy(): void {
    this.abort.abort();
    this.resized.disconnect();
    this.divider.destroy();
    this.second.destroy();
    this.element.remove();
    delete this.page.dataset.compare;
    this.first.element.removeAttribute('tabindex');
    this.first.element.setAttribute('aria-label', t('walk.picture'));
  }

  private nameSides(): void {
    this.first.element.setAttribute('aria-label', t('compare.first'));
    this.second.element.setAttribute('aria-label', t('compare.second'));
    this.second.element.classList.add('compare-second');
    this.second.element.dataset.testid = 'compare-second';
    // So that who has no mouse says which of them the keys turn.
    for (const { element } of [this.first, this.second]) element.tabIndex = 0;
  }

  private listen(): void {
    const { signal } = this.abort;
    const sides = [
      [this.first, this.first.element],
      [this.first, this.firstCaption],
      [this.second, this.second.element],
      [this.second, this.secondCaption],
    ] as const;
    for (const [side, element] of sides) {
      for (const touched of ['pointerdown', 'wheel', 'focusin'] as const) {
        element.addEventListener(touched, () => { this.leader = side; }, { capture: true, passive: true, signal });
      }
    }
    // The page's own keys leave to a field what is pressed in it.
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !isTyping(event.target)) return;
      event.preventDefault();
      this.events.onLeave();
    });
  }

  private lay(wanted: Layout): void {
    layout = wanted;
    this.page.dataset.compare = wanted;
    this.bar.show(wanted);
    this.divider.element.hidden = wanted !== 'slider';
  }

  private onShown(picture: Picture): void {
    this.other = picture;
    this.second.setLoading(false);
    this.startTogether(picture);
    const [first, second] = [dayText(this.main), dayText(picture)];
    this.choice.show(picture, second);
    this.divider.name(first, second);
    showSide(this.secondCaption, this.choice.element, picture);
    this.element.dataset.shown = picture.id;
    this.announcer.textContent = t('compare.opened', { first, second });
  }

  /** Has both show the same. Where a flat picture shows nothing of what is looked at, the panorama turns to what it does show. */
  private startTogether(picture: Picture): void {
    this.leader = this.first;
    this.align();
    const { view } = this.first;
    const { heading, span } = extent(picture);
    if (view !== null && this.main.is360 && !picture.is360 && Math.abs(turnBetween(heading, view.heading)) > span / 2) {
      this.leader = this.second;
      this.align();
      this.leader = this.first;
    }
    this.matchSize();
  }

  /** A flat picture is never smaller than whole: a panorama beside it comes as near. */
  private matchSize(): void {
    const [first, second] = [this.first.shownOn, this.second.shownOn];
    this.align();
    if (!this.locked || this.other === null || first === null || second === null || first.is360 === second.is360) return;
    const [sphere, flat] = first.is360 ? [first, second] : [second, first];
    sphere.look({ ...sphere.view, zoom: sphere.zoomOf(flat.focal) });
  }

  private async fail(id: string, error: unknown, signal: AbortSignal): Promise<void> {
    const gone = error instanceof ApiError ? error.kind === 'notFound' : await isGone(id, signal);
    if (signal.aborted) return;
    if (gone) this.events.onGone();
    else this.second.fail(error instanceof ApiError ? errorText(error) : t('walk.pictureBroken'), () => void this.open(id));
  }
}

/** Whether a picture whose image could not be loaded was taken away in that very moment. */
async function isGone(id: string, signal: AbortSignal): Promise<boolean> {
  forgetPicture(id);
  try {
    await getPicture(id, null, signal);
    return false;
  } catch (error) {
    return error instanceof ApiError && error.kind === 'notFound';
  }
}
