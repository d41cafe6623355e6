import type { Report } from '../api/reports';
import { type Child, fill, h } from '../lib/dom';
import { t } from '../locales';
import type { Viewer } from './actions';
import { decision } from './decision';
import { addressOf, dueText, isOverdue, statusKey, whenText } from './words';

/** Whether it is there, and a viewer may see what is reported. */
function isSeen({ withheld, deleted }: Report, viewer: Viewer): boolean {
  return !deleted && (!withheld || viewer !== 'reporter');
}

/** What is seen of what is reported, for whoever may see it. */
function thumb(report: Report, viewer: Viewer): HTMLElement {
  const { about } = report;
  const placeholder = h('div', { class: 'report-thumb report-thumb-none muted' }, t('reports.noThumb'));
  if (!isSeen(report, viewer)) return placeholder;
  const of = about.kind === 'picture' ? 'pictures' : 'collections';
  const image = h('img', {
    class: 'report-thumb',
    src: `/api/${of}/${encodeURIComponent(about.id)}/thumb.jpg`,
    alt: t('reports.thumb'),
    width: 160,
    height: 120,
    loading: 'lazy',
    onerror: () => {
      image.replaceWith(placeholder);
    },
  });
  return image;
}

/** A text that somebody wrote, with what it is; nothing where there is none. */
export function quote(label: string, text: string | null, testId: string): Child {
  if (text === null) return null;
  return h(
    'div',
    { class: 'report-quote' },
    h('p', { class: 'hint' }, label),
    h('p', { class: 'report-text', 'data-testid': testId }, text),
  );
}

/** A report in the list, with what can be done about it. */
export class ReportEntry {
  readonly element = h('li', { class: 'report-entry', 'data-testid': 'report-entry' });
  private readonly issue = h('h2', { tabindex: -1 });
  private readonly status = h('p', { class: 'report-status', tabindex: -1, 'data-testid': 'report-status' });
  private image: HTMLElement;

  /** `onDecided`: it is decided here; answers whether the focus was taken elsewhere. */
  constructor(
    report: Report,
    private readonly viewer: Viewer,
    private readonly onDecided: (entry: ReportEntry) => boolean,
  ) {
    this.element.dataset.report = report.id;
    this.image = thumb(report, viewer);
    this.show(report);
  }

  focus(): void {
    this.issue.focus();
  }

  /** How far it is, in words. */
  get statusText(): string {
    return this.status.textContent;
  }

  /** Does what a key stands for here. Answers whether there is such a thing. */
  press(key: string): boolean {
    if (key === 'r') {
      const reason = this.element.querySelector('textarea');
      reason?.focus();
      return reason !== null;
    }
    const wanted = this.element.querySelector<HTMLElement>(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
    wanted?.click();
    return wanted !== null;
  }

  private show(report: Report): void {
    const { about } = report;
    if (report.deleted) this.image = thumb(report, this.viewer);
    this.issue.textContent = t(`report.issue.${report.issue}`);
    this.status.textContent = t(statusKey(report));
    const looks = h('a', { href: addressOf(report), 'aria-keyshortcuts': 'o', 'data-testid': 'report-open-about' }, t(`reports.${about.kind}`));
    const links = h(
      'p',
      { class: 'report-links' },
      isSeen(report, this.viewer) ? looks : null,
      h('a', { href: `/reports/${encodeURIComponent(report.id)}`, 'aria-keyshortcuts': 'd', 'data-testid': 'report-details' }, t('reports.details')),
    );
    const facts = h(
      'div',
      { class: 'report-facts' },
      this.issue,
      this.status,
      h('p', { class: 'hint' }, `${t(`reports.of.${about.kind}`)}. ${whenText(report)}.`),
      report.due === null ? null : h('p', { class: isOverdue(report.due) ? 'report-due problem' : 'report-due', 'data-testid': 'report-due' }, dueText(report.due)),
      quote(t('reports.comments'), report.comments, 'report-comments'),
      quote(t('reports.answer'), report.answer, 'report-answer'),
      quote(t('reports.email'), report.email, 'report-email'),
      links,
    );
    const form = decision(report, this.viewer, (changed) => {
      this.show(changed);
      // What was pressed is gone; and this is what came of it.
      if (!this.onDecided(this)) this.status.focus();
    });
    fill(this.element, this.image, facts, form);
  }
}
