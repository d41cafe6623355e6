import '../styles/forms.css';
import '../styles/reports.css';

import { listReports, type ReportsWanted } from '../api/reports';
import { errorText } from '../app/errorText';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { signInLink } from '../app/signInLink';
import { fill, h } from '../lib/dom';
import { type MessageKey, t } from '../locales';
import type { Viewer } from './actions';
import { ReportEntry } from './entry';
import { Triage } from './triage';

/** Reports that are asked for at once. */
const PAGE_SIZE = 20;

const VIEWERS: Record<ReportsWanted['whose'], Viewer> = { all: 'moderator', owner: 'owner', reporter: 'reporter' };

/** Buttons of which one is pressed. */
function choice<V>(label: string, options: readonly (readonly [V, MessageKey, string])[], chosen: V, onChoose: (value: V) => void): HTMLElement {
  const buttons = options.map(([value, key, testId]) =>
    h(
      'button',
      {
        type: 'button',
        class: 'filter',
        'aria-pressed': String(value === chosen),
        onclick: (event: Event) => {
          for (const button of buttons) button.setAttribute('aria-pressed', String(button === event.currentTarget));
          onChoose(value);
        },
        'data-testid': testId,
      },
      t(key),
    ),
  );
  return h('div', { class: 'filters', role: 'group', 'aria-label': label }, ...buttons);
}

/** Which keys there are, for whoever decides. */
function keysHelp(): HTMLDetailsElement {
  const keys = ['j', 'k', 'o', 'd', 'r', 'i', 's', 'h', 'w', 'x', 'u'] as const;
  const lines = keys.map((key) =>
    h('div', { class: 'key-row' }, h('dt', {}, h('kbd', {}, key.toUpperCase())), h('dd', {}, t(`reports.key.${key}`))),
  );
  return h(
    'details',
    { class: 'report-keys', 'data-testid': 'reports-keys' },
    h('summary', { 'aria-keyshortcuts': '?' }, t('reports.keys')),
    h('dl', { class: 'keys' }, ...lines),
  );
}

/** The reports that are somebody's business, with what they can do about them. */
class Reports {
  readonly element = h('div');
  private readonly abort = new AbortController();
  private readonly choices = h('div', { class: 'report-choices' });
  private readonly list = h('ol', { class: 'report-list', 'data-testid': 'reports' });
  private readonly state = h('div', { class: 'report-state' });
  private readonly stopSession: () => void;
  private wanted: ReportsWanted = { whose: 'all', open: true };
  private loading: AbortController | null = null;
  private entries: ReportEntry[] = [];
  private triage: Triage | null = null;
  private help: HTMLDetailsElement | null = null;

  constructor() {
    this.stopSession = session.onChange(() => void this.begin());
  }

  async begin(): Promise<void> {
    const account = await session.account();
    if (this.abort.signal.aborted) return;
    this.loading?.abort();
    if (account === null) {
      fill(
        this.element,
        h('p', { 'data-testid': 'reports-sign-in' }, t('reports.signIn')),
        h('p', {}, signInLink('/reports')),
      );
      return;
    }
    this.wanted = { whose: account.moderates ? 'all' : 'owner', open: true, dueFirst: account.moderates };
    const open = choice(
      t('reports.which'),
      [[true, 'reports.open', 'reports-open'], [false, 'reports.closed', 'reports-closed']],
      true,
      (value: boolean) => {
        this.show({ ...this.wanted, open: value, dueFirst: value && account.moderates });
      },
    );
    const whose = choice<ReportsWanted['whose']>(
      t('reports.which'),
      [['owner', 'reports.owner', 'reports-owner'], ['reporter', 'reports.reporter', 'reports-reporter']],
      'owner',
      (value) => {
        this.show({ ...this.wanted, whose: value });
      },
    );
    fill(this.choices, account.moderates ? null : whose, open);
    this.help = account.moderates ? keysHelp() : null;
    if (account.moderates) this.triage ??= this.startTriage();
    fill(this.element, this.choices, this.help, this.list, this.state);
    this.show(this.wanted);
  }

  destroy(): void {
    this.stopSession();
    this.abort.abort();
    this.loading?.abort();
  }

  private startTriage(): Triage {
    const host = {
      entries: () => this.entries,
      more: () => this.state.querySelector<HTMLElement>('[data-testid=reports-more]')?.click(),
      // Whoever signs in anew gets another list of keys.
      help: () => {
        if (this.help === null) return;
        this.help.open = !this.help.open;
        this.help.querySelector('summary')?.focus();
      },
    };
    return new Triage(host, this.abort.signal);
  }

  private show(wanted: ReportsWanted): void {
    this.wanted = wanted;
    fill(this.list);
    this.entries = [];
    void this.load(null);
  }

  /** Fetches a page of the list; `page` says where it begins. */
  private async load(page: string | null): Promise<void> {
    this.loading?.abort();
    const { signal } = (this.loading = new AbortController());
    fill(this.state, h('p', { class: 'muted', role: 'status' }, t('app.loading')));
    try {
      const { reports, next } = await listReports(this.wanted, PAGE_SIZE, page, signal);
      if (signal.aborted) return;
      const entries = reports.map((report) => new ReportEntry(report, VIEWERS[this.wanted.whose], (entry) => this.triage?.decided(entry) === true));
      this.entries.push(...entries);
      this.list.append(...entries.map((entry) => entry.element));
      this.showEnd(next);
      // The button that asked for more is gone.
      if (page !== null) entries[0]?.focus();
    } catch (error) {
      if (signal.aborted) return;
      const retry = h('button', { type: 'button', class: 'button', onclick: () => void this.load(page) }, t('app.retry'));
      fill(this.state, h('p', { class: 'problem', role: 'alert' }, errorText(error)), retry);
    }
  }

  private showEnd(next: string | null): void {
    if (next !== null) {
      const more = { type: 'button', class: 'button', onclick: () => void this.load(next), 'data-testid': 'reports-more' };
      fill(this.state, h('button', more, t('reports.more')));
    } else if (this.list.childElementCount === 0) {
      fill(this.state, h('p', { class: 'muted', role: 'status', 'data-testid': 'reports-none' }, t('reports.none')));
    } else {
      fill(this.state);
    }
  }
}

/** `/reports`. */
export async function openReports(): Promise<Page> {
  const reports = new Reports();
  await reports.begin();
  return {
    title: t('title.reports'),
    element: h('section', { class: 'sheet wide' }, h('h1', {}, t('reports.title')), reports.element),
    destroy: () => {
      reports.destroy();
    },
  };
}
