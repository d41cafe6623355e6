import { searchUsers, userById } from '../../api/users';
import { iconButton } from '../../app/iconButton';
import { labelled } from '../../app/labelled';
import { fill, h } from '../../lib/dom';
import { t } from '../../locales';
import {
  ACCURACIES,
  countFilters,
  DENSITIES,
  type Filters,
  inOrder,
  LONGEST_CAMERA,
  LONGEST_TAG,
  NO_FILTERS,
  parseTag,
  parseTheme,
  parseType,
  PICTURE_TYPES,
  type Theme,
  THEMES,
} from './filters';

export interface PanelEvents {
  readonly onFilters: (filters: Filters) => void;
  readonly onTheme: (theme: Theme) => void;
  /** Makes and models of cameras to propose. */
  readonly cameras: () => string[];
  readonly onClose: () => void;
}

const LONGEST_NAME = 200;

function select(id: string, choices: readonly (readonly [string, string])[]): HTMLSelectElement {
  return h('select', { id, 'data-testid': id }, ...choices.map(([value, label]) => h('option', { value }, label)));
}

/** What the map shows, and in which colours: a form that takes effect at once. */
export class FilterPanel {
  readonly element: HTMLElement;
  private readonly form: HTMLFormElement;
  private readonly from = h('input', { id: 'filter-from', type: 'date', 'data-testid': 'filter-from' });
  private readonly to = h('input', { id: 'filter-to', type: 'date', 'data-testid': 'filter-to' });
  private readonly type = select('filter-type', [
    ['', t('filters.any')],
    ...PICTURE_TYPES.map((each) => [each, t(`filters.type.${each}`)] as const),
  ]);
  private readonly camera = h('input', {
    id: 'filter-camera',
    list: 'filter-cameras',
    maxlength: LONGEST_CAMERA,
    placeholder: t('filters.cameraExample'),
    autocomplete: 'off',
    'data-testid': 'filter-camera',
  });
  private readonly cameras = h('datalist', { id: 'filter-cameras' });
  private readonly user = h('input', {
    id: 'filter-user',
    list: 'filter-users',
    maxlength: LONGEST_NAME,
    placeholder: t('filters.userExample'),
    autocomplete: 'off',
    'data-testid': 'filter-user',
  });
  private readonly users = h('datalist', { id: 'filter-users' });
  private readonly userTrouble = h('p', { id: 'filter-user-trouble', class: 'problem', role: 'alert', hidden: true });
  private readonly tag = h('input', {
    id: 'filter-tag',
    maxlength: LONGEST_TAG,
    placeholder: t('filters.tagExample'),
    autocomplete: 'off',
    autocapitalize: 'none',
    'data-testid': 'filter-tag',
  });
  private readonly density = select('filter-density', [
    ['', t('filters.any')],
    ...DENSITIES.map((each) => [String(each), t(`filters.density.${each}`)] as const),
  ]);
  private readonly accuracy = select('filter-accuracy', [
    ['', t('filters.any')],
    ...[...ACCURACIES.values()].map((metres) => [String(metres), t('filters.accuracyAtMost', { metres })] as const),
  ]);
  private readonly theme = select('filter-theme', THEMES.map((each) => [each, t(`filters.theme.${each}`)] as const));
  private readonly clear: HTMLButtonElement;
  private readonly abort = new AbortController();
  private known: Filters = NO_FILTERS;
  /** Names that are known, in small letters, and whose they are. */
  private readonly ids = new Map<string, string>();
  private looking: AbortController | null = null;

  constructor(private readonly events: PanelEvents) {
    const close = iconButton('close', t('app.close'), events.onClose, 'filter-close');
    this.clear = h(
      'button',
      { type: 'button', class: 'button', onclick: () => { this.clearAll(); }, 'data-testid': 'filter-clear' },
      t('filters.clear'),
    );
    this.user.setAttribute('aria-describedby', this.userTrouble.id);
    this.form = h(
      'form',
      { class: 'form' },
      h('div', { class: 'filter-pair' }, labelled(t('filters.from'), this.from), labelled(t('filters.to'), this.to)),
      h('div', { class: 'filter-pair longer-first' }, labelled(t('filters.type'), this.type), labelled(t('filters.accuracy'), this.accuracy)),
      labelled(t('filters.density'), this.density),
      labelled(t('filters.camera'), this.camera, this.cameras),
      labelled(t('filters.user'), this.user, this.users, this.userTrouble),
      labelled(t('filters.tag'), this.tag),
      this.clear,
      h('hr'),
      labelled(t('filters.theme'), this.theme),
    );
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
    });
    this.form.addEventListener('change', (event) => {
      if (event.target === this.theme) this.events.onTheme(parseTheme(this.theme.value));
      else void this.read();
    });
    this.camera.addEventListener('focus', () => {
      fill(this.cameras, ...events.cameras().map((value) => h('option', { value })));
    });
    this.user.addEventListener('input', () => void this.proposeUsers());
    this.element = h(
      'section',
      { id: 'filters', class: 'filter-panel', 'aria-labelledby': 'filters-title', hidden: true, 'data-testid': 'filters' },
      h('div', { class: 'dialog-head' }, h('h2', { id: 'filters-title' }, t('filters.title')), close),
      this.form,
    );
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      events.onClose();
    });
  }

  /** Shows what holds. */
  show(filters: Filters, theme: Theme): void {
    this.known = filters;
    this.from.value = filters.from ?? '';
    this.to.value = filters.to ?? '';
    this.to.min = this.from.value;
    this.from.max = this.to.value;
    this.type.value = filters.type ?? '';
    this.camera.value = filters.camera ?? '';
    this.density.value = String(filters.density ?? '');
    this.accuracy.value = String(filters.accuracy ?? '');
    this.tag.value = filters.tag ?? '';
    this.theme.value = theme;
    this.clear.disabled = countFilters(filters) === 0;
    void this.showUser(filters.account);
  }

  open(): void {
    this.element.hidden = false;
    this.from.focus();
  }

  close(): void {
    this.element.hidden = true;
  }

  destroy(): void {
    this.abort.abort();
    this.looking?.abort();
  }

  private clearAll(): void {
    this.events.onFilters(NO_FILTERS);
    // A button that is switched off loses the focus.
    this.from.focus();
  }

  private async read(): Promise<void> {
    const or = (value: string): string | null => (value === '' ? null : value);
    const account = await this.account();
    if (this.abort.signal.aborted) return;
    this.userTrouble.hidden = account !== undefined;
    const [from, to] = inOrder(or(this.from.value), or(this.to.value));
    const filters: Filters = {
      from,
      to,
      type: parseType(this.type.value),
      camera: or(this.camera.value.trim()),
      account: account === undefined ? this.known.account : account,
      density: this.density.value === '' ? null : Number(this.density.value),
      accuracy: this.accuracy.value === '' ? null : Number(this.accuracy.value),
      tag: parseTag(this.tag.value),
    };
    this.events.onFilters(filters);
  }

  /** Whose name stands there; undefined if nobody is called so, or it can't be found out, which is then said. */
  private async account(): Promise<string | null | undefined> {
    const name = this.user.value.trim();
    if (name === '') return null;
    // An id stands there if its name could not be found out.
    const known = name === this.known.account ? name : this.ids.get(name.toLowerCase());
    if (known !== undefined) return known;
    try {
      await this.learn(name, this.abort.signal);
    } catch {
      this.userTrouble.textContent = t('filters.userUnknown');
      return undefined;
    }
    const found = this.ids.get(name.toLowerCase());
    if (found === undefined) this.userTrouble.textContent = t('filters.noUser', { name });
    return found;
  }

  private async learn(part: string, signal: AbortSignal): Promise<string[]> {
    const users = await searchUsers(part, signal);
    for (const { id, name } of users) this.ids.set(name.toLowerCase(), id);
    return users.map(({ name }) => name);
  }

  private async proposeUsers(): Promise<void> {
    const part = this.user.value.trim();
    this.looking?.abort();
    const looking = new AbortController();
    this.looking = looking;
    if (part === '') return;
    try {
      const names = await this.learn(part, looking.signal);
      if (!looking.signal.aborted) fill(this.users, ...names.map((value) => h('option', { value })));
    } catch {
      // It is only a proposal; a name that is typed is looked for once more.
    }
  }

  private async showUser(account: string | null): Promise<void> {
    if (account === null) {
      if (this.userTrouble.hidden) this.user.value = '';
      return;
    }
    if (this.ids.get(this.user.value.trim().toLowerCase()) === account) return;
    try {
      const user = await userById(account, this.abort.signal);
      if (user === null || this.known.account !== account) return;
      this.ids.set(user.name.toLowerCase(), user.id);
      this.user.value = user.name;
    } catch {
      if (this.known.account === account && !this.abort.signal.aborted) this.user.value = account;
    }
  }
}
