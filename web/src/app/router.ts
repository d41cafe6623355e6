import { configuration } from '../api/configuration';
import { ApiError } from '../api/errors';
import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { type Page, type Route, routeOf } from './page';
import { tryAgain } from './tryAgain';

/** Shows the page of the current address and follows links within the site without reloading. */
export class Router {
  private page: Page | null = null;
  private route: Route | undefined;
  private visit = 0;
  /** The address shown, to go back to when a page refuses to be left. */
  private shown = '';

  constructor(
    private readonly outlet: HTMLElement,
    private readonly onRoute: (name: string) => void,
  ) {}

  start(): void {
    window.addEventListener('popstate', () => {
      this.follow();
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.page?.mayLeave?.() === false) event.preventDefault();
    });
    document.addEventListener('click', (event) => {
      this.onClick(event);
    });
    void this.show();
  }

  /** Goes to an address of this site. */
  go(address: string): void {
    if (!this.agreesToLeave()) return;
    history.pushState(null, '', address);
    void this.show();
  }

  private onClick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link?.target !== '' || link.hasAttribute('download')) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || routeOf(url.pathname)?.name === 'not-found') return;
    if (link.getAttribute('href')?.startsWith('#') === true) return;
    event.preventDefault();
    this.go(url.pathname + url.search + url.hash);
  }

  private agreesToLeave(): boolean {
    return this.page?.mayLeave?.() !== false || window.confirm(this.page.leaving ?? t('upload.leaving'));
  }

  private follow(): void {
    const url = new URL(location.href);
    const route = routeOf(url.pathname);
    if (route === this.route && this.page?.update !== undefined) {
      this.page.update(url);
      this.shown = url.href;
    } else if (this.agreesToLeave()) {
      void this.show();
    } else {
      history.pushState(null, '', this.shown);
    }
  }

  private async show(): Promise<void> {
    const visit = ++this.visit;
    const url = new URL(location.href);
    const route = routeOf(url.pathname);
    if (route === undefined) return;
    if (route === this.route && this.page?.update !== undefined) {
      this.page.update(url);
      return;
    }
    let page: Page;
    try {
      page = await route.open(url);
    } catch (error) {
      // Without a network, its files are not here; else a newer version was deployed, most likely, and this one's are gone.
      const why = navigator.onLine ? error : new ApiError('network', 0, null);
      if (why === error) console.error(error);
      page = { element: h('div', { class: 'sheet' }, ...tryAgain(why, () => { location.reload(); })), title: null };
    }
    if (visit !== this.visit) {
      page.destroy?.();
      return;
    }
    const first = this.page === null;
    this.page?.destroy?.();
    this.page = page;
    this.route = route;
    this.shown = url.href;
    fill(this.outlet, page.element);
    this.onRoute(route.name);
    if (!first) this.outlet.focus({ preventScroll: true });
    await this.setTitle(page);
  }

  private async setTitle(page: Page): Promise<void> {
    const site = await configuration().then(
      (known) => known.name ?? 'Flaneur',
      () => 'Flaneur',
    );
    if (this.page === page) document.title = page.title === null ? site : `${page.title} – ${site}`;
  }
}
