import { fill, h } from '../lib/dom';
import { t } from '../locales';
import { CATEGORIES, type Filter, type Item, type Ledger } from './ledger';
import { buildRow, type Row } from './rows';

/** Rows shown at once: few enough for any phone, and for Tab to get past them. */
export const ROWS_A_PAGE = 100;
/** How often rows that moved between filters make the list be drawn anew, milliseconds. */
const REDRAW_MS = 500;

/** The page that holds row `index`, and how many pages there are. */
export function pagesOf(rows: number): number {
  return Math.max(1, Math.ceil(rows / ROWS_A_PAGE));
}

/** The list of files: filters with their counts, and a page of rows. */
export class FileListView {
  readonly element = h('section', { class: 'files', hidden: true, 'aria-label': t('upload.files') });
  private readonly filters = h('div', { class: 'filters', role: 'group', 'aria-label': t('upload.filter.label') });
  private readonly buttons = new Map<Filter, HTMLButtonElement>();
  private readonly list = h('ul', { class: 'rows', 'data-testid': 'upload-rows' });
  private readonly empty = h('p', { class: 'muted rows-empty' }, t('upload.filter.none'));
  private readonly where = h('span', { class: 'muted', role: 'status' });
  private readonly previous = h('button', { type: 'button', class: 'button', 'data-testid': 'upload-page-previous' }, t('upload.page.previous'));
  private readonly next = h('button', { type: 'button', class: 'button', 'data-testid': 'upload-page-next' }, t('upload.page.next'));
  private readonly pager = h('nav', { class: 'actions pager', 'aria-label': t('upload.page.label') }, this.previous, this.where, this.next);
  private readonly rows = new Map<Item, Row>();
  private readonly stale = new Set<Item>();
  private filter: Filter = 'all';
  private page = 0;
  private frame = 0;
  private timer = 0;

  constructor(
    private readonly ledger: () => Ledger,
    private readonly onRemove: (item: Item) => void,
  ) {
    for (const filter of ['all', ...CATEGORIES] as const) {
      const button = h('button', {
        type: 'button',
        class: 'filter',
        'data-testid': `upload-filter-${filter}`,
        onclick: () => {
          this.choose(filter);
        },
      });
      this.buttons.set(filter, button);
      this.filters.append(button);
    }
    this.previous.addEventListener('click', () => {
      this.turn(-1);
    });
    this.next.addEventListener('click', () => {
      this.turn(1);
    });
    fill(this.element, this.filters, this.list, this.empty, this.pager);
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }

  /** Shows one kind of file from its first on. */
  choose(filter: Filter): void {
    this.filter = filter;
    this.page = 0;
    this.draw();
  }

  /** An item changed; `moved`, to another category. */
  changed(item: Item, moved: boolean): void {
    if (moved && this.timer === 0) {
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        this.draw();
      }, REDRAW_MS);
    }
    if (!this.rows.has(item)) return;
    this.stale.add(item);
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      for (const each of this.stale) this.rows.get(each)?.show();
      this.stale.clear();
    });
  }

  /** Draws the page anew; rows that stay are kept, and with them the focus in them. */
  draw(): void {
    const ledger = this.ledger();
    this.element.hidden = ledger.items.length === 0;
    for (const [filter, button] of this.buttons) {
      const count = ledger.count(filter);
      button.hidden = count === 0 && filter !== 'all' && filter !== this.filter;
      button.setAttribute('aria-pressed', String(filter === this.filter));
      button.textContent = t(`upload.filter.${filter}`, { count });
    }
    const items = ledger.filtered(this.filter);
    const pages = pagesOf(items.length);
    this.page = Math.min(this.page, pages - 1);
    const first = this.page * ROWS_A_PAGE;
    const shown = items.slice(first, first + ROWS_A_PAGE);
    const wanted = new Set(shown);
    for (const [item, row] of this.rows) {
      if (wanted.has(item)) continue;
      row.element.remove();
      this.rows.delete(item);
    }
    shown.forEach((item, index) => {
      let row = this.rows.get(item);
      if (row === undefined) {
        row = buildRow(item, first + index + 1, items.length, this.onRemove);
        this.rows.set(item, row);
      }
      row.show();
      row.element.setAttribute('aria-posinset', String(first + index + 1));
      row.element.setAttribute('aria-setsize', String(items.length));
      const place = this.list.children[index];
      if (place !== row.element) this.list.insertBefore(row.element, place ?? null);
    });
    this.empty.hidden = shown.length > 0;
    this.pager.hidden = pages === 1;
    const place = t('upload.page.where', { page: this.page + 1, pages });
    if (this.where.textContent !== place) this.where.textContent = place;
    this.previous.disabled = this.page === 0;
    this.next.disabled = this.page === pages - 1;
  }

  private turn(step: number): void {
    this.page += step;
    this.draw();
    // A button that has come to its end loses the focus: it goes to the other one.
    const [turned, other] = step > 0 ? [this.next, this.previous] : [this.previous, this.next];
    if (turned.disabled) other.focus();
    this.filters.scrollIntoView({ block: 'nearest' });
  }
}
