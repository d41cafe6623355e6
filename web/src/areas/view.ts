import '../styles/forms.css';
import '../styles/account.css';
import '../styles/split.css';
import '../styles/areas.css';

import type { Account } from '../api/account';
import { type AreaScope, type ExcludedArea, listAreas, removeArea } from '../api/areas';
import { backgroundStyleAddress, configuration } from '../api/configuration';
import { coveredArea, ownCoveredArea } from '../api/pictures';
import { confirmThen } from '../app/confirm';
import { errorText } from '../app/errorText';
import { Said } from '../app/said';
import { toast } from '../app/toast';
import { fill, h, isTyping } from '../lib/dom';
import type { Polygon, Position } from '../lib/geometry';
import { t } from '../locales';
import { Finder } from '../walk/search/finder';
import type { AreasMap } from './areasMap';
import { type Draft, draftForm } from './draftForm';
import { Drawing, DrawSession } from './drawing';
import { type DrawPanel, drawPanel } from './drawPanel';
import { LARGEST_FILE, readGeoJson, UnusableFile } from './geoJsonFile';
import { areaList, revealEntry } from './list';
import { boxOf, outlineOf } from './outline';
import { nameOf, problemText } from './words';

/** Areas on a map and in a list, and what makes and removes them. */
export class AreasView {
  readonly element: HTMLElement;
  private readonly abort = new AbortController();
  private readonly mapPlace = h('div', { class: 'map', 'data-testid': 'areas-map' });
  private readonly frame = h('div', { class: 'split-frame' }, this.mapPlace);
  /** What is being done: drawing, or the form of what was drawn. */
  private readonly work = h('div');
  private readonly list = h('div', { 'data-testid': 'areas-list' });
  private readonly said = new Said('areas-said');
  private readonly tools: HTMLElement;
  private readonly finder: Finder;
  private map: AreasMap | null = null;
  private areas: readonly ExcludedArea[] = [];
  private session: DrawSession | null = null;
  private panel: DrawPanel | null = null;
  private counting = new AbortController();
  private draft: Draft | null = null;

  constructor(
    private readonly scope: AreaScope,
    private readonly account: Account,
  ) {
    this.tools = this.buildTools();
    this.finder = new Finder(this.frame, {
      service: () => configuration().then(({ geocoder }) => geocoder),
      near: () => this.map?.place ?? null,
      onFound: (place, box) => {
        this.map?.showFound(place, box);
        this.focusMap();
      },
      onCleared: () => { this.map?.showFound(null, null); },
      onLeave: () => { this.focusMap(); },
    });
    this.element = h(
      'div',
      { class: 'split areas' },
      h(
        'header',
        { class: 'split-head' },
        h('h1', {}, t(`areas.title.${scope}`)),
        h('p', { class: 'lead' }, t(`areas.intro.${scope}`)),
      ),
      this.frame,
      h('div', { class: 'split-side' }, this.said.element, this.tools, this.work, h('h2', { class: 'visually-hidden' }, t('areas.list')), this.list),
    );
    this.element.addEventListener('keydown', (event) => { this.onKey(event); });
    void this.begin();
  }

  /** Whether nothing would be lost by leaving. */
  get isSaved(): boolean {
    const { draft, session } = this;
    return (draft === null || draft.polygons === draft.area?.polygons) && (session?.corners.length ?? 0) === 0;
  }

  destroy(): void {
    this.abort.abort();
    this.counting.abort();
    this.finder.destroy();
    this.map?.destroy();
  }

  private buildTools(): HTMLElement {
    const file = h('input', { type: 'file', accept: '.geojson,.json,application/geo+json,application/json', hidden: true, 'data-testid': 'areas-file' });
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      if (chosen !== undefined) void this.read(chosen);
      file.value = '';
    });
    const draw = h('button', { type: 'button', class: 'button primary', onclick: () => { this.draw([], null); }, 'data-testid': 'areas-draw' }, t('areas.draw'));
    const open = h('button', { type: 'button', class: 'button', onclick: () => { file.click(); }, 'data-testid': 'areas-open' }, t('areas.file'));
    return h('div', { class: 'actions' }, draw, open, file);
  }

  private async begin(): Promise<void> {
    const loaded = this.load();
    await this.startMap();
    await loaded;
    await this.showAll();
  }

  private async startMap(): Promise<void> {
    const [{ AreasMap }, styleUrl] = await Promise.all([
      import('./areasMap'),
      backgroundStyleAddress(),
    ]);
    if (this.abort.signal.aborted) return;
    try {
      this.map = new AreasMap(this.mapPlace, styleUrl, this.scope, {
        onPick: (id) => { revealEntry(this.list, id); },
        onReady: () => { this.frame.dataset.ready = 'true'; },
        onNoBackground: () => { toast(t('walk.styleFailed'), 'error'); },
      });
    } catch (error) {
      console.error(error);
      fill(this.mapPlace, h('p', { class: 'split-no-map', role: 'alert' }, t('areas.noMap')));
    }
  }

  /** Goes where the areas are; where there are none, where pictures are. */
  private async showAll(): Promise<void> {
    const box = boxOf(this.areas.flatMap(({ polygons }) => polygons));
    const { signal } = this.abort;
    const covered = (): Promise<{ box: ReturnType<typeof boxOf> } | null> => (this.scope === 'own' ? ownCoveredArea(signal) : coveredArea(signal));
    // Without it, the map shows the world.
    const found = box ?? (await covered().catch(() => null))?.box ?? null;
    if (signal.aborted) return;
    if (found !== null && this.isSaved) this.map?.fit(found);
    await this.map?.show(this.areas);
  }

  private async load(): Promise<void> {
    const { signal } = this.abort;
    if (this.areas.length === 0) fill(this.list, h('p', { class: 'muted', role: 'status' }, t('app.loading')));
    try {
      this.areas = await listAreas(this.scope, signal);
    } catch (error) {
      if (signal.aborted) return;
      const retry = h('button', { type: 'button', class: 'button', onclick: () => void this.load() }, t('app.retry'));
      fill(this.list, h('p', { class: 'problem', role: 'alert' }, errorText(error)), retry);
      return;
    }
    if (signal.aborted) return;
    fill(
      this.list,
      areaList(this.areas, this.scope, {
        onShow: ({ polygons }) => { this.fit(polygons); },
        onEdit: (area) => {
          this.offer({ area, ...area });
          this.fit(area.polygons);
        },
        onRemove: (area) => { this.remove(area); },
      }),
    );
    await this.map?.show(this.areas);
  }

  private fit(polygons: readonly Polygon[]): void {
    const box = boxOf(polygons);
    if (box !== null) this.map?.fit(box);
    this.frame.scrollIntoView({ block: 'nearest' });
  }

  private say(text: string): void {
    this.said.say(text);
  }

  private focusMap(): void {
    this.mapPlace.querySelector('canvas')?.focus({ preventScroll: true });
  }

  /** Ends whatever is being done, and offers the tools again. */
  private rest(): void {
    this.map?.endDrawing();
    this.map?.showDraft([]);
    this.counting.abort();
    [this.session, this.panel, this.draft] = [null, null, null];
    fill(this.work);
    this.tools.hidden = false;
  }

  /** `draft`: what else was said of what is drawn; null: nothing yet. */
  private draw(corners: readonly Position[], draft: Draft | null): void {
    this.rest();
    this.said.hush();
    this.tools.hidden = true;
    const session = new DrawSession(new Drawing(corners), {
      onChange: (at) => {
        this.map?.updateDrawing(at);
        this.panel?.update();
      },
      onRefused: ({ problem, at }) => {
        this.map?.mark(at);
        this.panel?.refuse(problemText(problem));
      },
      onClosed: (polygons) => { this.offer({ label: null, isPublic: false, area: null, ...draft, polygons }, session.corners); },
      onGivenUp: () => {
        this.rest();
        this.say(t(draft?.area == null ? 'areas.draw.givenUp' : 'areas.edit.discarded'));
      },
    });
    this.session = session;
    const { map } = this;
    this.panel = drawPanel(session, map === null ? null : () => { map.placeHere(); });
    fill(this.work, this.panel.element);
    if (map === null) this.panel.element.querySelector('input')?.focus();
    else map.draw(session);
  }

  /** Shows what would become an area, and asks for the rest. `corners`: where it was drawn here, or can be drawn on. */
  private offer(draft: Draft, corners = outlineOf(draft.polygons)): void {
    this.rest();
    this.draft = draft;
    this.said.hush();
    this.tools.hidden = true;
    this.map?.showDraft(draft.polygons);
    this.counting = new AbortController();
    const form = draftForm(this.scope, draft, this.scope === 'own' ? this.account.id : null, this.counting.signal, {
      onSaved: (area) => void this.saved(area, draft.area),
      onChange: corners === null && draft.area === null ? null : (filledIn) => { this.draw(corners ?? [], filledIn); },
      onDiscard: () => {
        this.rest();
        this.say(t(draft.area === null ? 'areas.discarded' : 'areas.edit.discarded'));
      },
    });
    fill(this.work, form);
    form.querySelector('h2')?.focus({ preventScroll: true });
    form.scrollIntoView({ block: 'nearest' });
  }

  private async saved(area: ExcludedArea | null, before: ExcludedArea | null): Promise<void> {
    this.rest();
    const name = nameOf({ label: area?.label ?? null });
    this.say(before === null ? t(`areas.saved.${this.scope}`, { name }) : t(`areas.changed.${before.isAllowed ? 'allowed' : this.scope}`, { name }));
    await this.load();
  }

  private async read(file: File): Promise<void> {
    try {
      if (file.size > LARGEST_FILE) throw new UnusableFile('large');
      const { polygons, label } = readGeoJson(await file.text());
      this.offer({ polygons, label, isPublic: false, area: null }, null);
      this.fit(polygons);
    } catch (error) {
      if (!(error instanceof UnusableFile)) {
        this.say(errorText(error));
        return;
      }
      this.map?.mark(error.at);
      if (error.at !== null) this.map?.showFound({ lon: error.at[0], lat: error.at[1] }, null);
      this.say(t('areas.fileProblem', { name: file.name, problem: problemText(error.problem) }));
    }
  }

  private remove(area: ExcludedArea): void {
    const name = nameOf(area);
    const key = area.isAllowed ? 'allowed' : this.scope;
    confirmThen({
      title: t('areas.removeSure', { name }),
      text: t(`areas.removeText.${key}`),
      yes: t('areas.remove'),
      act: () => removeArea(this.scope, area.id),
      onDone: () => {
        this.say(t('areas.removed', { name }));
        void this.load();
      },
    });
  }

  /** Keys that mean something wherever on the page the focus is, but in a field. */
  private onKey(event: KeyboardEvent): void {
    const { session } = this;
    if (session === null || event.defaultPrevented || isTyping(event.target)) return;
    if (event.key === 'Backspace') session.back();
    else if (event.key === 'Escape') session.giveUp();
    else return;
    event.preventDefault();
  }
}
