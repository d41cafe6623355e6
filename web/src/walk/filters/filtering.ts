import '../../styles/forms.css';
import '../../styles/filters.css';

import { errorText } from '../../app/errorText';
import { toast } from '../../app/toast';
import { fill, h } from '../../lib/dom';
import { icon } from '../../lib/icons';
import { t } from '../../locales';
import type { CoverageChoice, MapView, Seen } from '../mapView';
import { countFilters, filterQuery, type Filters, type Theme } from './filters';
import { FilterPanel } from './panel';
import { legend } from './theme';

export interface Shown {
  readonly filters: Filters;
  readonly theme: Theme;
}

/** What the map is narrowed down to and how it is coloured: the button, the panel, the legend, and what is said of it. */
export class Filtering {
  private readonly count = h('span', { class: 'filter-count' });
  private readonly button = h(
    'button',
    {
      type: 'button',
      class: 'filter-open',
      'aria-expanded': 'false',
      'aria-controls': 'filters',
      onclick: () => { this.toggle(); },
      'data-testid': 'filter-open',
    },
    icon('filter'),
    h('span', {}, t('filters.open')),
    this.count,
  );
  private readonly legend = h('ul', { class: 'legend', 'aria-label': t('filters.legend'), hidden: true, 'data-testid': 'legend' });
  private readonly state = h('p', { class: 'filter-state', role: 'status', 'data-testid': 'filter-state' });
  private readonly panel: FilterPanel;
  private map: MapView | null = null;

  constructor(
    frame: HTMLElement,
    private shown: Shown,
    private readonly onChanged: () => void,
  ) {
    this.panel = new FilterPanel({
      onFilters: (filters) => { this.set({ ...this.shown, filters }); },
      onTheme: (theme) => { this.set({ ...this.shown, theme }); },
      cameras: () => this.map?.cameras() ?? [],
      onClose: () => { this.close(); },
    });
    frame.append(this.button, this.panel.element, this.state, this.legend);
    this.describe();
  }

  get current(): Shown {
    return this.shown;
  }

  /** What a map is to show from its beginning. */
  get choice(): CoverageChoice {
    return { query: filterQuery(this.shown.filters), theme: this.shown.theme };
  }

  /** There is a map now. */
  use(map: MapView): void {
    this.map = map;
  }

  /** What the map shows is drawn. */
  settled(seen: Seen): void {
    const quiet = seen === 'something' || countFilters(this.shown.filters) === 0;
    const text = quiet ? '' : t(seen === 'tooFar' ? 'filters.tooFar' : 'filters.nothing');
    // What is said once is said aloud once.
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  toggle(): void {
    if (this.panel.element.hidden) this.open();
    else this.close();
  }

  /** Shows the panel, or goes to it where it is shown. */
  open(): void {
    this.panel.open();
    this.button.setAttribute('aria-expanded', 'true');
  }

  /** The address says something else. */
  show(shown: Shown): void {
    const before = this.choice;
    this.shown = shown;
    this.describe();
    const { query, theme } = this.choice;
    if (theme !== before.theme) this.map?.colour(theme);
    if (query !== before.query) void this.narrow(query);
  }

  destroy(): void {
    this.panel.destroy();
  }

  private close(): void {
    this.panel.close();
    this.button.setAttribute('aria-expanded', 'false');
    this.button.focus();
  }

  private set(shown: Shown): void {
    this.show(shown);
    this.onChanged();
  }

  private async narrow(query: string): Promise<void> {
    this.settled('something');
    try {
      await this.map?.narrow(query);
    } catch (error) {
      if (!(error instanceof DOMException)) toast(errorText(error), 'error');
    }
  }

  private describe(): void {
    const { filters, theme } = this.shown;
    const count = countFilters(filters);
    this.count.textContent = count === 0 ? '' : String(count);
    this.button.classList.toggle('active', count > 0);
    const label = count === 0 ? t('filters.open') : t('filters.openCount', { count });
    this.button.setAttribute('aria-label', label);
    this.button.title = label;
    this.panel.show(filters, theme);
    const entries = legend(theme);
    this.legend.hidden = entries.length === 0;
    const swatch = (colour: string): HTMLElement => {
      const element = h('span', { class: 'swatch' });
      element.style.background = colour;
      return element;
    };
    fill(this.legend, ...entries.map(({ colour, label: text }) => h('li', {}, swatch(colour), text)));
  }
}
