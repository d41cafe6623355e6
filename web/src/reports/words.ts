import { isClosed, type Report } from '../api/reports';
import { formatMoment } from '../lib/time';
import { language, type MessageKey, t } from '../locales';

const SHOWN: Record<Report['status'], MessageKey> = {
  open: 'reports.status.open',
  open_autofix: 'reports.status.open',
  waiting: 'reports.status.waiting',
  closed_solved: 'reports.status.solved',
  closed_ignored: 'reports.status.ignored',
};
const HIDDEN: Record<Report['status'], MessageKey> = {
  open: 'reports.status.openHidden',
  open_autofix: 'reports.status.openHidden',
  waiting: 'reports.status.waitingHidden',
  closed_solved: 'reports.status.solvedHidden',
  closed_ignored: 'reports.status.ignoredHidden',
};

/** The sentence about how far a report is, and whether what it is about is seen meanwhile. */
export function statusKey({ status, withheld, resolverRole, deleted }: Pick<Report, 'status' | 'withheld' | 'resolverRole' | 'deleted'>): MessageKey {
  if (status === 'closed_solved' && deleted) return 'reports.status.deleted';
  if (status === 'closed_solved' && !withheld && resolverRole === 'reporter') return 'reports.status.takenBack';
  return (withheld ? HIDDEN : SHOWN)[status];
}

/** When a report was made and closed. */
export function whenText(report: Report): string {
  const moment = (iso: string): string => formatMoment(iso, language());
  const opened = t('reports.opened', { when: moment(report.openedAt) });
  if (!isClosed(report) || report.closedAt === null) return opened;
  return `${opened}, ${t('reports.closedAt', { when: moment(report.closedAt) })}`;
}

/** Whether the time is over that there was to decide. */
export function isOverdue(due: string): boolean {
  return Date.parse(due) < Date.now();
}

/** By when a report is to be decided. */
export function dueText(due: string): string {
  const when = formatMoment(due, language());
  return isOverdue(due) ? t('reports.overdue', { when }) : t('reports.due', { when });
}

/** The address where what is reported is looked at. */
export function addressOf({ about }: Report): string {
  const id = encodeURIComponent(about.id);
  return about.kind === 'picture' ? `/#focus=pic&pic=${id}` : `/sequences/${id}`;
}
