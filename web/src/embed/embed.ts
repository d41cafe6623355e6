import '../styles/walk.css';
import '../styles/embed.css';

import { backgroundStyleAddress, configuration } from '../api/configuration';
import { isNotFound } from '../api/errors';
import { linkTo, type Picture } from '../api/picture';
import { firstOfSequence, getPicture } from '../api/pictures';
import { iconButton } from '../app/iconButton';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { wayOn } from '../walk/arrows';
import { credit, openedText, takenText } from '../walk/caption';
import { failureText } from '../walk/failure';
import type { Direction } from '../walk/ground';
import { pictureOnGround } from '../walk/jump';
import { type Command, listenToKeys } from '../walk/keyboard';
import { pictureAt, type Target } from '../walk/mapTarget';
import type { MapTarget, MapView } from '../walk/mapView';
import { PictureView } from '../walk/pictureView';
import { viewAddress } from '../walk/share/links';
import { TURN_STEP } from '../walk/surface';
import { parseWalkUrl, type View, type WalkState } from '../walk/url';

const SITE = 'Flaneur';

/** A picture alone with whom to credit, and the map if it is asked for: what pages of others show within them. */
export class Embed {
  readonly element: HTMLElement;
  private readonly pictureView: PictureView;
  private readonly mapFrame = h('div', { class: 'embed-map', hidden: true, 'data-testid': 'embed-map' });
  private readonly credit = h('div', { class: 'embed-credit', 'data-testid': 'embed-credit' });
  private readonly open = h('a', { class: 'embed-open', target: '_blank', rel: 'noopener', 'data-testid': 'embed-open' }, t('embed.open', { site: SITE }));
  private readonly announcer = h('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  private mapView: MapView | null = null;
  private picture: Picture | null = null;
  private opening: AbortController | null = null;
  private state: WalkState;

  constructor(url: URL) {
    this.state = parseWalkUrl(url);
    this.pictureView = new PictureView({
      onLook: () => { this.onLook(); },
      onGo: (link) => void this.go(link),
      onGround: (direction) => void this.jump(direction),
    });
    const zoom = (step: 1 | -1): void => { this.pictureView.zoom(step); };
    this.element = h(
      'main',
      { class: 'walk embed' },
      h('h1', { class: 'visually-hidden' }, t('walk.picture')),
      this.pictureView.element,
      this.mapFrame,
      h(
        'div',
        { class: 'zoomer' },
        iconButton('plus', t('walk.zoomIn'), () => { zoom(1); }),
        iconButton('minus', t('walk.zoomOut'), () => { zoom(-1); }),
      ),
      h('footer', { class: 'embed-bar' }, this.credit, this.open),
      this.announcer,
    );
    listenToKeys((command, inMap) => this.obey(command, inMap));
    this.pointOut();
    void this.nameSite();
    void this.start();
  }

  private async nameSite(): Promise<void> {
    const name = await configuration().then(
      (known) => known.name ?? SITE,
      () => SITE,
    );
    document.title = name;
    this.open.textContent = t('embed.open', { site: name });
  }

  private async start(): Promise<void> {
    const { picture, sequence, view, map } = this.state;
    if (picture !== null) await this.show((signal) => getPicture(picture, null, signal), view);
    else if (sequence !== null) await this.show((signal) => firstOfSequence(sequence, signal), null);
    else this.pictureView.fail(t('embed.nothing'), null);
    if (map !== null) await this.startMap();
  }

  private async startMap(): Promise<void> {
    const [{ MapView }, style] = await Promise.all([
      import('../walk/mapView'),
      backgroundStyleAddress(),
    ]);
    const map = h('div', { class: 'map', 'data-testid': 'map' });
    this.mapFrame.append(map);
    this.mapFrame.hidden = false;
    try {
      this.mapView = MapView.create(map, this.state.map, style, { query: '', theme: 'default' }, {
        onTarget: (target) => void this.onTarget(target),
        onMove: () => undefined,
        onReady: () => { document.documentElement.dataset.mapReady = 'true'; },
        // The picture is what matters here; the built-in background takes the other's place.
        onProblem: () => undefined,
        onSettled: () => undefined,
      });
    } catch (error) {
      console.error(error);
      this.mapFrame.hidden = true;
      return;
    }
    if (this.picture !== null) this.showOnMap(this.picture);
  }

  private go({ id, sequence }: Target): Promise<void> {
    return this.show((signal) => getPicture(id, sequence, signal), null);
  }

  /** Shows a picture, if one is found; one that is asked for later overtakes it. */
  private async show(find: (signal: AbortSignal) => Promise<Picture | null>, view: View | null): Promise<void> {
    this.opening?.abort();
    const opening = new AbortController();
    this.opening = opening;
    this.pictureView.clearFailure();
    this.pictureView.setLoading(true);
    try {
      const picture = await find(opening.signal);
      opening.signal.throwIfAborted();
      this.pictureView.setLoading(picture !== null);
      if (picture === null) return;
      await this.pictureView.show(picture, view);
      opening.signal.throwIfAborted();
      this.onShown(picture);
    } catch (error) {
      if (opening.signal.aborted) return;
      this.pictureView.fail(failureText(error), isNotFound(error) ? null : () => void this.show(find, view));
    }
  }

  private onShown(picture: Picture): void {
    this.picture = picture;
    this.state = { ...this.state, picture: picture.id, sequence: null };
    this.pictureView.setLoading(false);
    document.documentElement.dataset.picture = picture.id;
    const taken = takenText(picture);
    fill(this.credit, credit(picture), taken === '' ? null : h('time', { datetime: picture.takenAt }, taken));
    this.announcer.textContent = openedText(picture);
    this.showOnMap(picture);
    this.pointOut();
  }

  private showOnMap(picture: Picture): void {
    this.mapView?.showPicture(picture.place, picture.sequence, true);
    this.onLook();
  }

  private onLook(): void {
    const { view } = this.pictureView;
    if (view === null) return;
    this.mapView?.turn(view.heading, this.pictureView.width);
    this.pointOut();
  }

  /** Has the link to the site lead to what is seen here. */
  private pointOut(): void {
    const view = this.pictureView.view ?? this.state.view;
    const map = this.mapView?.position ?? this.state.map;
    this.open.href = viewAddress(location.origin, { ...this.state, focus: 'pic', view, map, compare: null });
  }

  private onTarget(target: MapTarget): Promise<void> {
    return this.show(async (signal) => {
      const found = await pictureAt(target, signal);
      return found === null ? null : getPicture(found.id, found.sequence, signal);
    }, null);
  }

  /** Goes where the ground was clicked, if there is a picture. */
  private async jump(direction: Direction): Promise<void> {
    const { picture } = this;
    if (picture === null) return;
    await this.show(async (signal) => {
      const found = await pictureOnGround(picture, direction, signal);
      return found === null ? null : getPicture(found.id, found.sequence, signal);
    }, null);
  }

  private follow(rel: 'next' | 'prev'): void {
    const link = this.picture === null ? null : linkTo(this.picture, rel);
    if (link !== null) void this.go(link);
  }

  /** Walks where the reader looks, or away from there; along the sequence when nothing lies that way. */
  private walk(forwards: boolean): void {
    const { view } = this.pictureView;
    if (this.picture === null || view === null) return;
    const link = wayOn(this.picture, view.heading, forwards);
    if (link !== null) void this.go(link);
  }

  /** The keys of the site that make sense here. */
  private obey(command: Command, inMap: boolean): boolean {
    if (this.picture === null || inMap) return false;
    const commands: Partial<Record<Command, () => void>> = {
      turnLeft: () => { this.pictureView.turnBy(-TURN_STEP); },
      turnRight: () => { this.pictureView.turnBy(TURN_STEP); },
      ahead: () => { this.walk(true); },
      back: () => { this.walk(false); },
      next: () => { this.follow('next'); },
      previous: () => { this.follow('prev'); },
      zoomIn: () => { this.pictureView.zoom(1); },
      zoomOut: () => { this.pictureView.zoom(-1); },
    };
    const run = commands[command];
    run?.();
    return run !== undefined;
  }
}
