import { isClosed, type Report, type ReportPatch } from '../api/reports';
import type { MessageKey } from '../locales';

/** As whom somebody looks at a report. */
export type Viewer = 'moderator' | 'owner' | 'reporter';

/** Something that can be done about a report. */
export interface Action {
  readonly name: 'ignore' | 'solve' | 'solveHide' | 'hide' | 'wait' | 'delete' | 'reopen' | 'answer' | 'takeBack';
  readonly label: MessageKey;
  /** What is said of the report; none where what it is about is deleted. */
  readonly patch: ReportPatch | null;
  /** The key that does it; none where it is not done often. */
  readonly key?: string;
  /** Whether a text goes with it. */
  readonly reason: 'optional' | 'needed' | 'none';
}

function moderatorActions(report: Report): Action[] {
  const { withheld, about, deleted } = report;
  const reason = 'optional';
  const hide: Action = { name: 'hide', label: 'reports.do.hide', patch: { withheld: true }, key: 'h', reason };
  const destroy: Action = { name: 'delete', label: `reports.do.delete.${about.kind}`, patch: null, key: 'x', reason };
  if (isClosed(report)) {
    const reopen: Action = { name: 'reopen', label: 'reports.do.reopen', patch: { status: 'open' }, key: 'u', reason };
    return withheld && !deleted ? [reopen, destroy] : [reopen];
  }
  const wait: Action = { name: 'wait', label: 'reports.do.wait', patch: { status: 'waiting' }, key: 'w', reason };
  return [
    {
      name: 'ignore',
      label: withheld ? 'reports.do.ignoreShow' : 'reports.do.ignore',
      patch: { status: 'closed_ignored', withheld: false },
      key: 'i',
      reason,
    },
    {
      name: 'solve',
      label: withheld ? 'reports.do.solveShow' : 'reports.do.solve',
      patch: { status: 'closed_solved', withheld: false },
      key: 's',
      reason,
    },
    ...(withheld
      ? [{ name: 'solveHide', label: 'reports.do.solveHide', patch: { status: 'closed_solved', withheld: true }, key: 'h', reason } as const]
      : [hide]),
    ...(report.status === 'waiting' ? [] : [wait]),
    ...(deleted ? [] : [destroy]),
  ];
}

/** An owner does not decide alone about what is withheld, and so only answers then. */
function ownerActions({ withheld }: Report): Action[] {
  const answer: Action = { name: 'answer', label: 'reports.do.answer', patch: { status: 'waiting' }, reason: 'needed' };
  if (withheld) return [answer];
  return [
    answer,
    { name: 'solve', label: 'reports.do.solve', patch: { status: 'closed_solved' }, reason: 'optional' },
    { name: 'ignore', label: 'reports.do.ignore', patch: { status: 'closed_ignored' }, reason: 'optional' },
  ];
}

/** What a viewer can do about a report. */
export function actionsFor(report: Report, viewer: Viewer): readonly Action[] {
  if (viewer === 'moderator') return moderatorActions(report);
  if (isClosed(report)) return [];
  if (viewer === 'owner') return ownerActions(report);
  return [{ name: 'takeBack', label: 'reports.do.takeBack', patch: { status: 'closed_solved' }, reason: 'none' }];
}
