import { describe, expect, it } from 'vitest';

import { isClosed, parseReport, parseReports, reportsAddress } from './reports';

const API = 'https://pictures.invalid/api';

function document(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'r1',
    issue: 'privacy',
    status: 'open_autofix',
    picture_id: 'p1',
    ts_opened: '2026-11-30T06:03:22.082551Z',
    'flaneur:withheld': true,
    links: [{ rel: 'self', href: `${API}/reports/r1` }],
    ...changes,
  };
}

describe('a report', () => {
  it('is read as a stranger is told', () => {
    const links = [{ rel: 'case', type: 'text/html', href: 'https://pictures.invalid/reports/r1#key' }];
    const said = [{ at: 'a', role: 'moderator', comments: 'so' }, { at: 'b', role: 'nobody', comments: 'x' }, { at: 'c', role: 'owner' }];
    const told = { reporter_comments: '<b>', 'flaneur:answers': said, 'flaneur:roles': ['reporter', 'king'], links };
    expect(parseReport(document(told))).toEqual({
      id: 'r1',
      issue: 'privacy',
      status: 'open_autofix',
      about: { kind: 'picture', id: 'p1' },
      openedAt: '2026-11-30T06:03:22.082551Z',
      closedAt: null,
      due: null,
      comments: '<b>',
      answer: null,
      answers: [{ at: 'a', role: 'moderator', comments: 'so' }],
      roles: ['reporter'],
      resolverRole: null,
      withheld: true,
      deleted: false,
      email: null,
      history: [],
      casePage: 'https://pictures.invalid/reports/r1#key',
    });
  });

  it('is read as an administrator is told', () => {
    const history = [
      { at: 'a', role: 'reporter', account: null, status: 'open', 'flaneur:withheld': false, comments: 'x' },
      { at: 'b', role: 'moderator', account: { id: 'i', name: 'ada' }, status: null, comments: null },
      { at: 'c', role: 'somebody' },
      'broken',
    ];
    const report = parseReport(
      document({ picture_id: null, sequence_id: 's1', issue: 'new one', status: 'closed_solved', ts_closed: 'd', reporter_email: 'a@b.c', history }),
    );
    expect(report?.about).toEqual({ kind: 'sequence', id: 's1' });
    expect(report?.issue).toBe('other');
    expect(report?.email).toBe('a@b.c');
    expect(report !== null && isClosed(report)).toBe(true);
    expect(report?.history).toEqual([
      { at: 'a', role: 'reporter', who: null, status: 'open', withheld: false, comments: 'x' },
      { at: 'b', role: 'moderator', who: 'ada', status: null, withheld: null, comments: null },
    ]);
  });

  it('makes no link of what is none', () => {
    const links = [{ rel: 'case', href: 'javascript:alert(1)' }];
    expect(parseReport(document({ links }))?.casePage).toBeNull();
  });

  it.each([['nothing', {}], ['no id', document({ id: 5 })], ['no status', document({ status: 'lost' })], ['about nothing', document({ picture_id: null })]])(
    'is none with %s',
    (_what, raw) => {
      expect(parseReport(raw)).toBeNull();
    },
  );
});

describe('a list of reports', () => {
  it('leaves out what it cannot read and knows where it goes on', () => {
    const next = `${API}/reports?filter=x&limit=20&page=17_r1`;
    const read = parseReports({ reports: [document(), null], links: [{ rel: 'self', href: API }, { rel: 'next', href: next }] });
    expect(read.reports.map(({ id }) => id)).toEqual(['r1']);
    expect(read.next).toBe('17_r1');
    expect(parseReports({ reports: [] })).toEqual({ reports: [], next: null });
  });

  it('is asked for by whose they are', () => {
    const asked = (address: string): [string, Record<string, string>] => {
      const url = new URL(address, API);
      return [url.pathname, Object.fromEntries(url.searchParams)];
    };
    expect(asked(reportsAddress({ whose: 'all', open: true }, 20, null))).toEqual([
      '/reports',
      { filter: "status IN ('open','open_autofix','waiting')", limit: '20' },
    ]);
    expect(asked(reportsAddress({ whose: 'all', open: true, dueFirst: true }, 20, null))[1]).toMatchObject({ sortby: 'ts_opened' });
    expect(asked(reportsAddress({ whose: 'reporter', open: false }, 5, '1_a'))).toEqual([
      '/users/me/reports',
      { filter: "reporter = 'me' AND status IN ('closed_solved','closed_ignored')", limit: '5', page: '1_a' },
    ]);
  });
});
