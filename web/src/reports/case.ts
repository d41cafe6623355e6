import '../styles/forms.css';
import '../styles/reports.css';

import { ApiError } from '../api/errors';
import { type Answer, getReport, type Report, type ReportEvent } from '../api/reports';
import { errorText } from '../app/errorText';
import type { Page } from '../app/page';
import { session } from '../app/session';
import { signInLink } from '../app/signInLink';
import { type Child, fill, h } from '../lib/dom';
import { formatMoment } from '../lib/time';
import { language, t } from '../locales';
import type { Viewer } from './actions';
import { caseOf } from './caseAddress';
import { decision } from './decision';
import { quote } from './entry';
import { addressOf, statusKey, whenText } from './words';

/** As whom somebody acts who is several of these: who may do most comes first. */
const VIEWERS: readonly Viewer[] = ['moderator', 'owner', 'reporter'];

function fact(label: string, ...content: Child[]): HTMLElement {
  return h('div', {}, h('dt', {}, label), h('dd', {}, ...content));
}

/** `first`: nothing was done before; what is solved then was deleted by who wrote that down. */
function eventEntry({ at, role, who, status, withheld, comments }: ReportEvent, first: boolean): HTMLElement {
  const part = t(`reports.role.${role}`);
  const by = who === null ? part : t('reports.by', { name: who, role: part });
  return h(
    'li',
    {},
    h('p', { class: 'hint' }, h('time', { datetime: at }, formatMoment(at, language())), ` ${by}`),
    status === null ? null : h('p', {}, t(statusKey({ status, withheld: withheld === true, resolverRole: role, deleted: role === 'rule' || first }))),
    comments === null ? null : h('p', { class: 'report-text' }, comments),
  );
}

function answerEntry({ at, role, comments }: Answer): Child {
  const label = t('reports.answerOf', { role: t(`reports.role.${role}`), when: formatMoment(at, language()) });
  return quote(label, comments, 'case-answer');
}

/** One report, for whoever has the key of the case, or is concerned and signed in. */
class Case {
  readonly element = h('div', { 'data-testid': 'case' });
  private readonly abort = new AbortController();
  private readonly status = h('p', { class: 'report-status', tabindex: -1, 'data-testid': 'case-status' });
  private readonly stopSession: () => void;

  constructor(
    private readonly id: string,
    private readonly key: string | null,
  ) {
    this.stopSession = session.onChange(() => void this.load());
  }

  destroy(): void {
    this.stopSession();
    this.abort.abort();
  }

  async load(): Promise<void> {
    const { signal } = this.abort;
    fill(this.element, h('p', { class: 'muted', role: 'status' }, t('app.loading')));
    const account = await session.account();
    try {
      const report = await getReport(this.id, this.key, signal);
      if (!signal.aborted) this.show(report, account !== null);
    } catch (error) {
      if (!signal.aborted) this.fail(error, account !== null);
    }
  }

  private show(report: Report, signedIn: boolean): void {
    this.status.textContent = t(statusKey(report));
    const looks = h('a', { href: addressOf(report) }, t(`reports.${report.about.kind}`));
    const isSeen = !report.deleted && (!report.withheld || report.roles.includes('moderator') || report.roles.includes('owner'));
    const viewer = VIEWERS.find((each) => report.roles.includes(each));
    const form = signedIn && viewer !== undefined
      ? decision(report, viewer, () => {
          void this.load().then(() => {
            this.status.focus();
          });
        })
      : null;
    const history = h(
      'section',
      { class: 'report-history', 'data-testid': 'case-history' },
      h('h2', {}, t('reports.history')),
      h('ol', {}, ...report.history.map((event, place) => eventEntry(event, place === 0))),
    );
    fill(
      this.element,
      h(
        'dl',
        { class: 'case-facts' },
        fact(t('case.status'), this.status),
        fact(t('case.issue'), t(`report.issue.${report.issue}`)),
        fact(t('case.what'), t(`reports.of.${report.about.kind}`), ...(isSeen ? [' ', looks] : [])),
        fact(t('case.when'), whenText(report)),
      ),
      quote(t('reports.comments'), report.comments, 'case-comments'),
      ...report.answers.map(answerEntry),
      quote(t('reports.email'), report.email, 'case-email'),
      form,
      report.history.length === 0 ? null : history,
      signedIn ? h('p', {}, h('a', { href: '/reports' }, t('case.all'))) : null,
    );
  }

  private fail(error: unknown, signedIn: boolean): void {
    const hopeless = error instanceof ApiError && ['signedOut', 'forbidden', 'notFound', 'refused'].includes(error.kind);
    const text = hopeless ? t(signedIn ? 'case.notYours' : 'case.wrong') : errorText(error);
    const signIn = signInLink(location.pathname + location.hash);
    const retry = h('button', { type: 'button', class: 'button', onclick: () => void this.load() }, t('app.retry'));
    const way = !hopeless ? retry : signedIn ? null : signIn;
    fill(this.element, h('p', { role: 'alert', 'data-testid': 'case-wrong' }, text), way);
  }
}

/** `/reports/{id}#{key}`; without the key for who is signed in. */
export async function openCase(url: URL): Promise<Page> {
  const holder = h('div');
  let shown = caseOf(url);
  let opened = new Case(shown.id, shown.key);
  const show = (): Promise<void> => {
    fill(holder, opened.element);
    return opened.load();
  };
  await show();
  return {
    title: t('title.report'),
    element: h('section', { class: 'sheet wide' }, h('h1', {}, t('case.title')), holder),
    update: (changed) => {
      const wanted = caseOf(changed);
      // Other fragments, like that of the link to the content, are none of ours.
      if (wanted.id === shown.id && (wanted.key === null || wanted.key === shown.key)) return;
      shown = wanted;
      opened.destroy();
      opened = new Case(wanted.id, wanted.key);
      void show();
    },
    destroy: () => {
      opened.destroy();
    },
  };
}
