import { describe, expect, it } from 'vitest';

import type { Report } from '../api/reports';
import { sentText } from '../walk/report/sent';
import { actionsFor, type Viewer } from './actions';
import { caseOf } from './caseAddress';
import { addressOf, dueText, isOverdue, statusKey, whenText } from './words';

function report(changes: Partial<Report> = {}): Report {
  return {
    id: 'r1',
    issue: 'privacy',
    status: 'open_autofix',
    about: { kind: 'picture', id: 'p1' },
    openedAt: '2026-11-30T06:00:00Z',
    closedAt: null,
    due: null,
    comments: null,
    answer: null,
    answers: [],
    roles: [],
    resolverRole: null,
    withheld: true,
    deleted: false,
    email: null,
    history: [],
    casePage: null,
    ...changes,
  };
}

function names(changes: Partial<Report>, viewer: Viewer): string[] {
  return actionsFor(report(changes), viewer).map(({ name }) => name);
}

describe('what can be done', () => {
  it('is everything for an administrator', () => {
    expect(names({}, 'moderator')).toEqual(['ignore', 'solve', 'solveHide', 'wait', 'delete']);
    expect(names({ withheld: false, status: 'waiting' }, 'moderator')).toEqual(['ignore', 'solve', 'hide', 'delete']);
    expect(names({ status: 'closed_solved' }, 'moderator')).toEqual(['reopen', 'delete']);
    expect(names({ status: 'closed_solved', deleted: true }, 'moderator')).toEqual(['reopen']);
    expect(names({ status: 'closed_solved', withheld: false }, 'moderator')).toEqual(['reopen']);
  });

  it('always says whether it is shown when an administrator closes it', () => {
    const closing = actionsFor(report(), 'moderator').filter(({ patch }) => patch?.status?.startsWith('closed') === true);
    expect(closing.map(({ name, patch }) => [name, patch?.withheld])).toEqual([
      ['ignore', false],
      ['solve', false],
      ['solveHide', true],
    ]);
  });

  it('is little for an owner while something is hidden', () => {
    expect(names({}, 'owner')).toEqual(['answer']);
    expect(names({ withheld: false }, 'owner')).toEqual(['answer', 'solve', 'ignore']);
    expect(actionsFor(report(), 'owner')[0]).toMatchObject({ patch: { status: 'waiting' }, reason: 'needed' });
  });

  it('is taking it back for who made it', () => {
    expect(actionsFor(report(), 'reporter')).toMatchObject([{ name: 'takeBack', patch: { status: 'closed_solved' }, reason: 'none' }]);
  });

  it.each(['owner', 'reporter'] as const)('is nothing for the %s once it is closed', (viewer) => {
    expect(names({ status: 'closed_ignored', withheld: false }, viewer)).toEqual([]);
  });
});

describe('words', () => {
  it('say how far it is, and whether it is seen', () => {
    expect(statusKey(report())).toBe('reports.status.openHidden');
    expect(statusKey(report({ status: 'open', withheld: false }))).toBe('reports.status.open');
    expect(statusKey(report({ status: 'closed_ignored', withheld: false }))).toBe('reports.status.ignored');
    const solved = report({ status: 'closed_solved', withheld: false });
    expect(statusKey(solved)).toBe('reports.status.solved');
    expect(statusKey({ ...solved, resolverRole: 'reporter' })).toBe('reports.status.takenBack');
    expect(statusKey({ ...solved, deleted: true })).toBe('reports.status.deleted');
  });

  it('say when it was closed only while it is', () => {
    expect(whenText(report())).not.toContain('closed');
    expect(whenText(report({ status: 'closed_solved', closedAt: '2026-12-01T06:00:00Z' }))).toMatch(/^Reported .*2026.*, closed .*2026/);
  });

  it('say what comes next, and that it was known', () => {
    const casePage = 'https://pictures.invalid/reports/r1#key';
    expect(sentText(report({ casePage }))).toContain('only the owner and administrators see it');
    expect(sentText(report({ casePage, withheld: false }))).toContain('it stays visible');
    expect(sentText(report({ status: 'waiting' }))).toMatch(/already.*being looked at/);
  });

  it('lead to what it is about', () => {
    expect(addressOf(report())).toBe('/#focus=pic&pic=p1');
    expect(addressOf(report({ about: { kind: 'sequence', id: 's/1' } }))).toBe('/sequences/s%2F1');
  });
});

describe('the address of a case', () => {
  const of = (address: string) => caseOf(new URL(address, 'https://pictures.invalid'));

  it('has a report and a key', () => {
    expect(of('/reports/r1#aed9dd7382b1954d521e34c8439bea93c757')).toEqual({ id: 'r1', key: 'aed9dd7382b1954d521e34c8439bea93c757' });
    expect(of('/reports/r1/')).toEqual({ id: 'r1', key: null });
  });

  it('takes no other fragment for a key', () => {
    expect(of('/reports/r1#content').key).toBeNull();
    expect(of('/reports/r1#a%20key%20with%20spaces').key).toBeNull();
  });
});

describe('by when it is to be decided', () => {
  it('is told, and that it was not', () => {
    const [soon, gone] = [new Date(Date.now() + 86_400_000), new Date(Date.now() - 86_400_000)].map((each) => each.toISOString());
    expect(isOverdue(soon ?? '')).toBe(false);
    expect(dueText(soon ?? '')).toMatch(/^To be decided by /);
    expect(dueText(gone ?? '')).toMatch(/^Should have been decided by /);
  });
});
