import { ApiError } from '../../api/errors';
import type { Picture } from '../../api/picture';
import { type Issue, ISSUES, type NewReport, type Reported } from '../../api/reports';
import { choice, choices } from '../../app/choice';
import { errorText } from '../../app/errorText';
import { labelled } from '../../app/labelled';
import { h } from '../../lib/dom';
import { t } from '../../locales';

/** Longest texts that the API takes, characters. */
const LONGEST_COMMENTS = 4000;
const LONGEST_EMAIL = 254;

/** How somebody may blur something in the picture themselves; null where they may not. */
export type Draw = (() => void) | null;

/** A field with a place for what is wrong with it. */
class Field {
  readonly problem: HTMLElement;

  constructor(
    /** As the API calls it. */
    readonly name: string,
    private readonly control: HTMLElement,
    private readonly hint: string | null,
  ) {
    this.problem = h('p', { id: `${name}-problem`, class: 'problem', role: 'alert', hidden: true, 'data-testid': `report-problem-${name}` });
    this.describe();
  }

  complain(text: string): void {
    this.problem.textContent = text;
    this.problem.hidden = false;
    this.control.setAttribute('aria-invalid', 'true');
    this.describe();
  }

  clear(): void {
    this.problem.textContent = '';
    this.problem.hidden = true;
    this.control.removeAttribute('aria-invalid');
    this.describe();
  }

  focus(): void {
    (this.control.querySelector('input') ?? this.control).focus();
  }

  private describe(): void {
    const by = [this.hint, this.problem.hidden ? null : this.problem.id].filter((id) => id !== null);
    if (by.length === 0) this.control.removeAttribute('aria-describedby');
    else this.control.setAttribute('aria-describedby', by.join(' '));
  }
}

/** What is wrong with what, in a stranger's or an account's words. */
export class ReportForm {
  readonly element: HTMLFormElement;
  private readonly send = h('button', { class: 'button primary', 'data-testid': 'report-send' }, t('report.send'));
  private readonly trouble = h('p', { class: 'problem', role: 'alert', hidden: true, 'data-testid': 'report-trouble' });
  private readonly comments = h('textarea', { id: 'report-comments', rows: 2, maxlength: LONGEST_COMMENTS, 'data-testid': 'report-comments' });
  private readonly email = h('input', {
    id: 'report-email',
    type: 'email',
    maxlength: LONGEST_EMAIL,
    autocomplete: 'email',
    'data-testid': 'report-email',
  });
  private readonly own: HTMLElement;
  private readonly fields: readonly Field[];

  constructor(
    private readonly picture: Picture,
    private readonly signedIn: boolean,
    draw: Draw,
    onSend: (report: NewReport) => void,
  ) {
    this.own = h(
      'p',
      { class: 'report-own', role: 'status', hidden: true },
      `${t('report.own')} `,
      draw === null ? null : h('button', { type: 'button', class: 'button', onclick: draw, 'data-testid': 'report-draw' }, t('report.draw')),
    );
    const issues = choices(
      t('report.what'),
      ...ISSUES.map((issue) => choice('radio', 'report-issue', issue, t(`report.issue.${issue}`), false)),
      this.own,
    );
    const about = choices(
      t('report.about'),
      choice('radio', 'report-about', 'picture', t('report.about.picture'), true),
      choice('radio', 'report-about', 'sequence', t('report.about.sequence'), false),
    );
    about.hidden = !signedIn || picture.sequence === null;
    const issue = new Field('issue', issues, null);
    issues.append(issue.problem);
    const comments = new Field('reporter_comments', this.comments, 'report-comments-hint');
    const email = new Field('reporter_email', this.email, 'report-email-hint');
    this.fields = [issue, comments, email];
    this.element = h(
      'form',
      // What is wrong is said beside the fields, in the site's own words.
      { class: 'report-form', novalidate: true },
      issues,
      about,
      labelled(
        t('report.comments'),
        this.comments,
        comments.problem,
        h('p', { id: 'report-comments-hint', class: 'hint' }, t('report.commentsHint')),
      ),
      h(
        'div',
        { class: 'field', hidden: signedIn },
        h('label', { for: 'report-email' }, t('report.email')),
        this.email,
        email.problem,
        h('p', { id: 'report-email-hint', class: 'hint' }, t('report.emailHint')),
      ),
      this.trouble,
      this.send,
    );
    issues.addEventListener('change', () => {
      issue.clear();
      this.own.hidden = draw === null || this.issue !== 'blur_missing';
    });
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      const report = this.read();
      if (report !== null) onSend(report);
    });
  }

  focus(): void {
    this.fields[0]?.focus();
  }

  setSending(sending: boolean): void {
    this.send.disabled = sending;
    this.element.toggleAttribute('aria-busy', sending);
  }

  /** Says what went wrong, beside the field that it is about where it is about one. */
  fail(error: unknown): void {
    const problems = error instanceof ApiError ? error.problems : [];
    const blamed = this.fields.flatMap((field) => {
      const problem = problems.find(({ fields }) => fields.includes(field.name));
      return problem === undefined ? [] : [{ field, text: problem.text }];
    });
    for (const { field, text } of blamed) field.complain(field.name === 'reporter_email' ? t('report.badEmail') : text);
    const first = blamed[0];
    if (first === undefined) {
      this.trouble.textContent = troubleText(error);
      this.trouble.hidden = false;
      this.trouble.scrollIntoView({ block: 'nearest' });
      this.send.focus();
    } else {
      first.field.focus();
    }
  }

  private get issue(): Issue | null {
    const { value } = this.element.elements.namedItem('report-issue') as RadioNodeList;
    return ISSUES.find((issue) => issue === value) ?? null;
  }

  private read(): NewReport | null {
    for (const field of this.fields) field.clear();
    this.trouble.hidden = true;
    const { issue, picture } = this;
    if (issue === null) {
      this.fields[0]?.complain(t('report.noIssue'));
      this.fields[0]?.focus();
      return null;
    }
    const { value } = this.element.elements.namedItem('report-about') as RadioNodeList;
    const ofSequence = value === 'sequence' && picture.sequence !== null;
    const about: Reported = ofSequence ? { kind: 'sequence', id: picture.sequence } : { kind: 'picture', id: picture.id };
    return { issue, about, email: this.signedIn ? '' : this.email.value.trim(), comments: this.comments.value.trim() };
  }
}

/** What went wrong with a report as a whole. */
export function troubleText(error: unknown): string {
  if (error instanceof ApiError && error.status === 409) return t('report.enough');
  if (error instanceof ApiError && error.status === 429) return t('report.tooFast');
  return errorText(error);
}
