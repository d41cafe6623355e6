import '../styles/walk.css';

import { backgroundStyleAddress, configuration } from '../api/configuration';
import { isNotFound } from '../api/errors';
import { type PictureLink, type Picture } from '../api/picture';
import { coveredArea, firstOfSequence, getPicture } from '../api/pictures';
import { onceOnline, whenOnline } from '../app/connection';
import { errorText } from '../app/errorText';
import type { Page } from '../app/page';
import { toast } from '../app/toast';
import { clamp } from '../lib/geometry';
import { t } from '../locales';
import { Blurring } from './blur/blurring';
import { openedText, showCaption } from './caption';
import { Comparing } from './compare/comparing';
import { TimeTravel } from './dates/timeTravel';
import { Editing } from './edit/editing';
import { failureText } from './failure';
import { Filtering } from './filters/filtering';
import { openHelp } from './helpDialog';
import { type Command, listenToKeys } from './keyboard';
import { buildLayout } from './layout';
import type { Glance } from './looking';
import { pictureAt, type Target } from './mapTarget';
import type { MapTarget, MapView } from './mapView';
import { PictureView } from './pictureView';
import { Reporting } from './report/reporting';
import { Finder } from './search/finder';
import { share } from './share/sharing';
import { Steps } from './steps';
import { TURN_STEP } from './surface';
import { type Focus, formatWalkHash, parseWalkUrl, type View, type WalkState } from './url';

/** Browsers refuse more than some hundred address changes in half a minute. */
const ADDRESS_EVERY_MS = 400;
const PICTURE_ZOOM = 17;

interface Wanted {
  readonly id: string;
  readonly sequence: string | null;
  /** Where to look, or how another picture was looked at. */
  readonly view: View | Glance | null;
}

/** The page where one walks: it holds together map, picture, caption and address. */
class Walk {
  readonly layout;
  private readonly pictureView: PictureView;
  private readonly steps: Steps;
  private readonly stopKeys: () => void;
  private mapView: MapView | null = null;
  private state: WalkState;
  private picture: Picture | null = null;
  private opening: AbortController | null = null;
  private readonly abort = new AbortController();
  private addressTimer: number | undefined;
  private readonly timeTravel: TimeTravel;
  private readonly comparing: Comparing;
  /** Whether one step back in the history leads out of the comparison, to just where it began. */
  private backEndsComparison = false;
  private readonly blurring: Blurring;
  private readonly editing: Editing;
  private readonly filtering: Filtering;
  private readonly finder: Finder;
  private readonly reporting: Reporting;

  constructor(url: URL) {
    this.state = parseWalkUrl(url);
    this.pictureView = new PictureView({
      onLook: () => { this.onLook(); },
      onGo: (link) => {
        this.steps.stop();
        void this.follow(link);
      },
      onGround: (direction) => {
        if (!this.comparing.active && !this.blurring.active && this.state.focus === 'pic') void this.steps.jump(direction);
      },
    });
    this.steps = new Steps({
      looking: () => this.pictureView.view?.heading ?? null,
      go: (target) => this.follow(target),
    });
    this.layout = buildLayout(this.pictureView.element, this.steps.bar.element, {
      zoom: (step) => { this.pictureView.zoom(step); },
      swap: () => { this.setFocus(this.state.focus === 'pic' ? 'map' : 'pic'); },
      close: () => { this.closePicture(); },
      help: openHelp,
    });
    this.stopKeys = listenToKeys((command, inMap) => this.obey(command, inMap));
    this.timeTravel = new TimeTravel({
      onGo: ({ id, sequence }) => {
        this.steps.stop();
        void this.goTo({ id, sequence, view: this.pictureView.glance });
      },
      onCompare: ({ id }) => { this.compare(id); },
    });
    this.layout.empty.before(this.timeTravel.element);
    this.comparing = new Comparing(this.layout.element, this.pictureView, {
      onChosen: (id) => {
        this.state = { ...this.state, compare: id };
        this.addressChanged();
      },
      onLeave: () => { this.stopComparing(); },
      onEnded: () => { this.timeTravel.focusCompare(); },
    });
    this.blurring = new Blurring(this.layout.element, this.pictureView, {
      onBegin: () => {
        this.steps.stop();
        this.setFocus('pic');
      },
      onChanged: ({ id, sequence }) => void this.open({ id, sequence, view: this.pictureView.view }),
    });
    this.editing = new Editing({
      looking: () => this.pictureView.view?.heading ?? null,
      onChanged: ({ id, sequence }) => void this.open({ id, sequence, view: this.pictureView.view }),
    });
    this.reporting = new Reporting({
      draw: () => (this.blurring.offered ? () => void this.blurring.begin() : null),
      onHidden: ({ id, sequence }) => void this.open({ id, sequence, view: this.pictureView.view }),
      onGone: (_picture, alone) => {
        this.leaveGone(alone ? (this.steps.linkTo('next') ?? this.steps.linkTo('prev')) : null);
      },
    });
    this.filtering = new Filtering(this.layout.mapFrame, { filters: this.state.filters, theme: this.state.theme }, () => {
      this.addressChanged();
    });
    this.finder = new Finder(this.layout.mapFrame, {
      service: () => configuration().then(({ geocoder }) => geocoder),
      near: () => this.mapView?.position ?? null,
      onFound: (place, box) => {
        this.mapView?.showFound(place, box);
        this.layout.announcer.textContent = t('finder.went');
        this.focusMap();
      },
      onCleared: () => { this.mapView?.showFound(null, null); },
      onLeave: () => { this.focusMap(); },
    });
    this.showFocus();
    this.start().catch((error: unknown) => {
      if (this.abort.signal.aborted) return;
      console.error(error);
      toast(errorText(error), 'error');
    });
  }

  /** The address was changed by back, forward or by hand. */
  update(url: URL): void {
    this.steps.stop();
    const before = this.state;
    this.state = parseWalkUrl(url);
    this.showFocus();
    this.filtering.show({ filters: this.state.filters, theme: this.state.theme });
    if (this.state.map !== null) this.mapView?.goTo(this.state.map);
    const { picture, sequence, view } = this.state;
    const same = picture !== null && picture === before.picture;
    this.backEndsComparison = same && before.compare === null;
    if (picture === null && sequence === null) {
      this.forgetPicture();
    } else if (same) {
      if (view !== null) this.pictureView.lookAt(view);
      this.showComparison();
    } else {
      void this.openFromState();
    }
  }

  destroy(): void {
    clearTimeout(this.addressTimer);
    this.abort.abort();
    this.opening?.abort();
    this.steps.destroy();
    this.stopKeys();
    this.comparing.end();
    this.blurring.destroy();
    this.editing.destroy();
    this.reporting.destroy();
    this.filtering.destroy();
    this.finder.destroy();
    this.mapView?.destroy();
    this.pictureView.destroy();
    delete document.documentElement.dataset.picture;
    delete document.documentElement.dataset.mapReady;
  }

  private async start(): Promise<void> {
    const picture = this.openFromState();
    await this.startMap().catch(async (error: unknown) => {
      // Without a network, its files may not be here.
      if (navigator.onLine) throw error;
      await whenOnline(this.abort.signal);
      await this.startMap();
    });
    if (this.abort.signal.aborted) return;
    if (this.state.picture === null && this.state.sequence === null) await this.showCoveredArea();
    await picture;
  }

  private async startMap(): Promise<void> {
    const [{ MapView }, styleUrl] = await Promise.all([
      import('./mapView'),
      backgroundStyleAddress(),
    ]);
    if (this.abort.signal.aborted) return;
    const { picture } = this;
    const start = this.state.map ?? (picture === null ? null : { ...picture.place, zoom: PICTURE_ZOOM });
    try {
      this.mapView = MapView.create(this.layout.map, start, styleUrl, this.filtering.choice, {
        onTarget: (target) => void this.onTarget(target),
        onMove: () => { this.addressChanged(); },
        onReady: () => { document.documentElement.dataset.mapReady = 'true'; },
        onProblem: (kind) => { toast(t(kind === 'background' ? 'walk.styleFailed' : 'walk.coverageFailed'), 'error'); },
        onSettled: (seen) => { this.filtering.settled(seen); },
      });
      this.filtering.use(this.mapView);
    } catch (error) {
      console.error(error);
      toast(t('walk.noWebgl'), 'error');
      return;
    }
    if (picture !== null) this.showOnMap(picture);
  }

  /** With nothing else asked for: the map shows what there is, or says that there is nothing yet. */
  private async showCoveredArea(): Promise<void> {
    try {
      const area = await coveredArea(this.abort.signal);
      if (this.abort.signal.aborted) return;
      this.layout.empty.hidden = area !== null;
      if (area?.box != null && this.state.map === null && this.picture === null) this.mapView?.fit(area.box);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      if (navigator.onLine) toast(errorText(error), 'error');
      else onceOnline(() => this.showCoveredArea(), this.abort.signal);
    }
  }

  private async openFromState(): Promise<void> {
    const { picture, sequence, view } = this.state;
    if (picture !== null) {
      await this.open({ id: picture, sequence: null, view });
    } else if (sequence !== null) {
      await this.openSequence(sequence);
    }
  }

  private async openSequence(sequence: string): Promise<void> {
    this.pictureView.setLoading(true);
    try {
      const first = await firstOfSequence(sequence, this.abort.signal);
      this.state = { ...this.state, picture: first.id, sequence: null };
      history.replaceState(null, '', `/${formatWalkHash(this.state)}`);
      await this.open({ id: first.id, sequence, view: null });
    } catch (error) {
      this.fail(error, () => void this.openSequence(sequence));
    }
  }

  /** Goes to another picture, with a new entry in the history. Answers whether it is seen. */
  private async goTo(wanted: Wanted, focus: Focus = this.state.focus): Promise<boolean> {
    if (wanted.id !== this.state.picture) {
      this.writeAddress();
      const { view } = wanted;
      const seen = view !== null && 'view' in view ? view.view : view;
      this.state = { ...this.state, focus, picture: wanted.id, sequence: null, compare: null, view: seen };
      history.pushState(null, '', `/${formatWalkHash(this.here)}`);
    } else {
      this.state = { ...this.state, focus };
    }
    this.showFocus();
    return this.open(wanted);
  }

  /** The state with where the map stands and what it shows right now. */
  private get here(): WalkState {
    return { ...this.state, ...this.filtering.current, map: this.mapView?.position ?? null };
  }

  private follow({ id, sequence }: Target): Promise<boolean> {
    return this.goTo({ id, sequence, view: null });
  }

  private async open(wanted: Wanted): Promise<boolean> {
    this.blurring.leave();
    this.comparing.end();
    this.opening?.abort();
    const opening = new AbortController();
    this.opening = opening;
    this.layout.empty.hidden = true;
    this.layout.element.classList.add('with-picture');
    this.pictureView.clearFailure();
    this.pictureView.setLoading(true);
    try {
      const picture = await getPicture(wanted.id, wanted.sequence, opening.signal);
      opening.signal.throwIfAborted();
      await this.pictureView.show(picture, wanted.view);
      opening.signal.throwIfAborted();
      this.onShown(picture);
      return true;
    } catch (error) {
      if (!opening.signal.aborted && !this.abort.signal.aborted) this.fail(error, () => void this.open(wanted));
      return false;
    }
  }

  private fail(error: unknown, retry: () => void): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    this.steps.stop();
    this.layout.element.classList.add('with-picture');
    const gone = isNotFound(error);
    if (gone) this.state = { ...this.state, compare: null };
    this.pictureView.fail(failureText(error), gone ? null : retry);
    const { signal } = this.opening?.signal.aborted === false ? this.opening : this.abort;
    if (!gone && !navigator.onLine) onceOnline(retry, signal);
  }

  private onShown(picture: Picture): void {
    this.picture = picture;
    this.pictureView.setLoading(false);
    document.documentElement.dataset.picture = picture.id;
    const offers = showCaption(this.layout.caption, picture, {
      onShare: () => { this.share(); },
      onBlur: () => void this.blurring.begin(),
      onEdit: () => void this.editing.open(),
      onReport: () => { this.report(); },
    });
    this.blurring.offer(picture, offers.blur);
    this.editing.offer(picture, offers.edit);
    this.reporting.offer(picture);
    this.timeTravel.offer(picture);
    this.steps.offer(picture);
    this.layout.announcer.textContent = openedText(picture);
    this.showOnMap(picture);
    this.showComparison();
    this.addressChanged();
  }

  private showOnMap(picture: Picture): void {
    this.mapView?.showPicture(picture.place, picture.sequence, this.state.focus === 'pic');
    this.onLook();
  }

  private onLook(): void {
    const view = this.pictureView.view;
    if (view === null) return;
    this.blurring.refresh();
    this.comparing.refresh();
    this.mapView?.turn(view.heading, this.pictureView.width);
    this.addressChanged();
  }

  private async onTarget(target: MapTarget): Promise<void> {
    this.steps.stop();
    try {
      const found = await pictureAt(target, this.abort.signal);
      if (found === null) toast(t('walk.noPictureNearby'));
      else await this.goTo({ id: found.id, sequence: found.sequence, view: null }, 'pic');
    } catch (error) {
      if (!this.abort.signal.aborted) toast(errorText(error), 'error');
    }
  }

  /** Shows the picture beside one of another date, with an entry in the history of its own. */
  private compare(id: string): void {
    this.steps.stop();
    this.writeAddress();
    this.state = { ...this.state, focus: 'pic', compare: id };
    history.pushState(null, '', `/${formatWalkHash(this.here)}`);
    this.backEndsComparison = true;
    this.showFocus();
    this.showComparison();
  }

  /** Compares what the address says, or nothing. */
  private showComparison(): void {
    const { picture, state } = this;
    // Another picture may be on its way.
    if (picture === null || state.compare === null || state.picture !== picture.id) this.comparing.end();
    else void this.comparing.show(picture, this.timeTravel.dates, state.compare);
  }

  private stopComparing(): void {
    this.comparing.end();
    if (this.backEndsComparison) {
      this.backEndsComparison = false;
      history.back();
    } else {
      this.state = { ...this.state, compare: null };
      this.writeAddress();
    }
  }

  private obey(command: Command, inMap: boolean): boolean {
    if (command === 'help') {
      openHelp();
      return true;
    }
    if (this.comparing.active && command !== 'share') {
      this.comparing.obey(command);
      return true;
    }
    if (command === 'find') {
      if (this.blurring.active) return true;
      this.setFocus('map');
      this.finder.focus();
      return true;
    }
    if (command === 'filter') {
      if (this.blurring.active) return true;
      const seen = this.state.focus === 'map';
      this.setFocus('map');
      if (seen) this.filtering.toggle();
      else this.filtering.open();
      return true;
    }
    if (this.picture === null) return false;
    if (this.blurring.active && !['turnLeft', 'turnRight', 'zoomIn', 'zoomOut', 'blur'].includes(command)) return true;
    // The map has its own use for arrows and zoom keys.
    if (inMap && ['turnLeft', 'turnRight', 'ahead', 'back', 'zoomIn', 'zoomOut'].includes(command)) return false;
    const commands: Record<Exclude<Command, 'help' | 'filter' | 'find'>, () => void> = {
      turnLeft: () => { this.pictureView.turnBy(-TURN_STEP); },
      turnRight: () => { this.pictureView.turnBy(TURN_STEP); },
      ahead: () => { this.steps.walk(true); },
      back: () => { this.steps.walk(false); },
      next: () => { this.steps.step('next'); },
      previous: () => { this.steps.step('prev'); },
      first: () => { void this.steps.end('first'); },
      last: () => { void this.steps.end('last'); },
      play: () => { this.steps.toggle(); },
      faster: () => { this.steps.change(1); },
      slower: () => { this.steps.change(-1); },
      zoomIn: () => { this.pictureView.zoom(1); },
      zoomOut: () => { this.pictureView.zoom(-1); },
      swap: () => { this.setFocus(this.state.focus === 'pic' ? 'map' : 'pic'); },
      older: () => { this.timeTravel.go(-1); },
      newer: () => { this.timeTravel.go(1); },
      compare: () => { this.timeTravel.compare(); },
      blur: () => { void this.blurring.begin(); },
      edit: () => { void this.editing.open(); },
      report: () => { this.report(); },
      share: () => { this.share(); },
      escape: () => { this.setFocus('map'); },
    };
    commands[command]();
    return true;
  }

  private report(): void {
    // What is reported is the picture that is seen.
    this.steps.stop();
    void this.reporting.open();
  }

  private share(): void {
    const { picture, pictureView } = this;
    if (picture === null) return;
    this.steps.stop();
    this.writeAddress();
    const seen = { ...this.state, picture: picture.id, view: pictureView.view };
    void share({ picture, state: seen, surface: pictureView.shownOn }, this.abort.signal);
  }

  private focusMap(): void {
    this.layout.map.querySelector('canvas')?.focus();
  }

  private setFocus(focus: Focus): void {
    this.state = { ...this.state, focus };
    this.showFocus();
    this.addressChanged();
  }

  private showFocus(): void {
    const { element } = this.layout;
    const { focus, picture, sequence } = this.state;
    element.dataset.focus = focus;
    element.classList.toggle('with-picture', picture !== null || sequence !== null);
    const swap = element.querySelector<HTMLElement>('.swap');
    const label = focus === 'pic' ? t('walk.showMap') : t('walk.showPicture');
    swap?.setAttribute('aria-label', label);
    if (swap !== null) swap.title = label;
  }

  private closePicture(): void {
    this.state = { ...this.state, picture: null, sequence: null, compare: null, focus: 'map' };
    history.pushState(null, '', `/${formatWalkHash(this.here)}`);
    this.forgetPicture();
  }

  /** The picture is not there any more, so that no way back may lead to it. */
  private leaveGone(link: PictureLink | null): void {
    this.steps.stop();
    if (link === null) {
      this.forgetPicture();
    } else {
      this.state = { ...this.state, picture: link.id, sequence: null, compare: null, view: null };
      void this.open({ id: link.id, sequence: link.sequence, view: null });
    }
    history.replaceState(null, '', `/${formatWalkHash(this.here)}`);
  }

  private forgetPicture(): void {
    this.opening?.abort();
    this.steps.stop();
    this.picture = null;
    this.comparing.end();
    this.timeTravel.offer(null);
    this.blurring.forget();
    this.editing.forget();
    this.reporting.offer(null);
    this.state = { ...this.state, picture: null, sequence: null, compare: null, view: null, focus: 'map' };
    this.pictureView.clear();
    this.steps.offer(null);
    this.mapView?.showPicture(null, null, false);
    this.showFocus();
    delete document.documentElement.dataset.picture;
  }

  private addressChanged(): void {
    this.addressTimer ??= window.setTimeout(() => {
      this.addressTimer = undefined;
      this.writeAddress();
    }, ADDRESS_EVERY_MS);
  }

  /** Brings the address up to date without a new entry in the history. */
  private writeAddress(): void {
    // While another picture is on its way, the view still belongs to the one before.
    const settled = this.picture !== null && this.picture.id === this.state.picture;
    const seen = settled ? this.pictureView.view : null;
    const view = seen === null ? this.state.view : { ...seen, pitch: clamp(seen.pitch, -90, 90) };
    this.state = { ...this.state, ...this.filtering.current, view, map: this.mapView?.position ?? this.state.map };
    if (this.state.sequence !== null) return;
    history.replaceState(null, '', `/${formatWalkHash(this.state)}`);
  }
}

/** `/`, and `/sequences/{id}` to begin a sequence. */
export function openWalk(url: URL): Page {
  const walk = new Walk(url);
  return {
    title: null,
    element: walk.layout.element,
    update: (changed) => { walk.update(changed); },
    destroy: () => { walk.destroy(); },
  };
}
