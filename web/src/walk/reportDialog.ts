import '../styles/forms.css';

import { simpleForm } from '../account/form';
import type { Picture } from '../api/picture';
import { report, REPORT_ISSUES, type ReportIssue } from '../api/pictures';
import { openDialog } from '../app/dialog';
import { toast } from '../app/toast';
import { h } from '../lib/dom';
import { t } from '../locales';

/** Asks what is wrong with a picture and sends it to the moderators. */
export function openReport(picture: Picture): void {
  const issue = h('select', { id: 'report-issue' });
  for (const value of REPORT_ISSUES) issue.append(h('option', { value }, t(`report.${value}`)));
  const comments = h('textarea', { id: 'report-comments', rows: 3, maxlength: 4000 });
  const email = h('input', { id: 'report-email', type: 'email', autocomplete: 'email' });
  const orNull = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  const form = simpleForm(
    t('error.refusedBare'),
    async () => {
      await report(picture, {
        issue: issue.value as ReportIssue,
        comments: orNull(comments.value),
        email: orNull(email.value),
      });
      dialog.close();
      toast(t('report.sent'));
    },
    h('div', { class: 'field' }, h('label', { for: 'report-issue' }, t('report.issue')), issue),
    h('div', { class: 'field' }, h('label', { for: 'report-comments' }, t('report.comments')), comments),
    h('div', { class: 'field' }, h('label', { for: 'report-email' }, t('report.email')), email),
    h('div', { class: 'actions' }, h('button', { class: 'button primary' }, t('report.send'))),
  );
  const dialog = openDialog(t('report.title'), form);
}
