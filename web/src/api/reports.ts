import { httpUrl } from '../lib/urls';
import { request } from './client';
import { evenIfGone } from './errors';
import { type Json, linkOf, list, object, text } from './json';
import { getPicture } from './pictures';
import { deletePicture, deleteSequence } from './sequences';

export const ISSUES = [
  'blur_missing',
  'privacy',
  'inappropriate',
  'copyright',
  'blur_excess',
  'mislocated',
  'picture_low_quality',
  'other',
] as const;
/** What is wrong. */
export type Issue = (typeof ISSUES)[number];

const STATUSES = ['open', 'open_autofix', 'waiting', 'closed_solved', 'closed_ignored'] as const;
export type ReportStatus = (typeof STATUSES)[number];

const ROLES = ['reporter', 'owner', 'moderator', 'rule'] as const;
/** In which role somebody acts on a report; `rule` is the server by itself. */
export type ReportRole = (typeof ROLES)[number];

/** What a report is about. */
export interface Reported {
  readonly kind: 'picture' | 'sequence';
  readonly id: string;
}

/** What was done about a report at a moment. */
export interface ReportEvent {
  /** ISO 8601. */
  readonly at: string;
  readonly role: ReportRole;
  /** Name of the account; none for whoever was not signed in. */
  readonly who: string | null;
  readonly status: ReportStatus | null;
  readonly withheld: boolean | null;
  readonly comments: string | null;
}

/** What somebody said about a report after it was made. */
export interface Answer {
  /** ISO 8601. */
  readonly at: string;
  readonly role: ReportRole;
  readonly comments: string;
}

export interface Report {
  readonly id: string;
  readonly issue: Issue;
  readonly status: ReportStatus;
  readonly about: Reported;
  /** ISO 8601. */
  readonly openedAt: string;
  /** ISO 8601; none while it is open. */
  readonly closedAt: string | null;
  /** By when it is to be decided, ISO 8601; told to administrators only, while it is open. */
  readonly due: string | null;
  /** What the reporter wrote. */
  readonly comments: string | null;
  /** What whoever decided, or the owner, wrote last. */
  readonly answer: string | null;
  /** All that was said since, the first thing first; told of one report only, not in lists. */
  readonly answers: readonly Answer[];
  /** What whoever asks is to the report. */
  readonly roles: readonly ReportRole[];
  /** In which role somebody last did something about it. */
  readonly resolverRole: ReportRole | null;
  /** Whether only the owner and administrators see what it is about. */
  readonly withheld: boolean;
  /** Whether what it is about is deleted. */
  readonly deleted: boolean;
  /** Where to reach the reporter; told to administrators only. */
  readonly email: string | null;
  /** What was done, the first thing first; told to administrators only. */
  readonly history: readonly ReportEvent[];
  /** The page that shows how far it is to whoever has its address; told once, when the report is made. */
  readonly casePage: string | null;
}

/** What is reported. */
export interface NewReport {
  readonly issue: Issue;
  readonly about: Reported;
  readonly email: string;
  readonly comments: string;
}

/** Longest text of the reasons for which something is deleted, characters. */
export const LONGEST_REASONS = 800;

/** What is done about a report. */
export interface ReportPatch {
  readonly status?: Exclude<ReportStatus, 'open_autofix'>;
  readonly answer?: string;
  readonly withheld?: boolean;
}

/** A page of reports. */
export interface ReportPage {
  readonly reports: readonly Report[];
  /** Where the next page begins; none on the last one. */
  readonly next: string | null;
}

/** Which reports are asked for. */
export interface ReportsWanted {
  /** Those of everybody, those about what is mine, or those that I made. */
  readonly whose: 'all' | 'owner' | 'reporter';
  readonly open: boolean;
  /** What is to be decided next comes first, instead of the latest. */
  readonly dueFirst?: boolean;
}

export const isClosed = ({ status }: Report): boolean => status === 'closed_solved' || status === 'closed_ignored';

function parseAbout(report: Json): Reported | null {
  const [picture, sequence] = [text(report.picture_id), text(report.sequence_id)];
  if (picture !== null) return { kind: 'picture', id: picture };
  return sequence === null ? null : { kind: 'sequence', id: sequence };
}

function roleOf(raw: unknown): ReportRole | null {
  return ROLES.find((each) => each === raw) ?? null;
}

function parseAnswer(raw: unknown): Answer[] {
  const answer = object(raw);
  const [at, comments, role] = [text(answer.at), text(answer.comments), roleOf(answer.role)];
  return at === null || comments === null || role === null ? [] : [{ at, role, comments }];
}

function parseEvent(raw: unknown): ReportEvent[] {
  const event = object(raw);
  const [at, role] = [text(event.at), roleOf(event.role)];
  if (at === null || role === null) return [];
  const withheld = event['flaneur:withheld'];
  return [
    {
      at,
      role,
      who: text(object(event.account).name),
      status: STATUSES.find((each) => each === event.status) ?? null,
      withheld: typeof withheld === 'boolean' ? withheld : null,
      comments: text(event.comments),
    },
  ];
}

/** A report out of the API's answer, or null when it says too little. */
export function parseReport(raw: unknown): Report | null {
  const report = object(raw);
  const [id, openedAt, about] = [text(report.id), text(report.ts_opened), parseAbout(report)];
  const status = STATUSES.find((each) => each === report.status);
  if (id === null || openedAt === null || about === null || status === undefined) return null;
  const page = list(report.links).map(object).find((link) => link.rel === 'case');
  return {
    id,
    issue: ISSUES.find((each) => each === report.issue) ?? 'other',
    status,
    about,
    openedAt,
    closedAt: text(report.ts_closed),
    due: text(report['flaneur:due']),
    comments: text(report.reporter_comments),
    answer: text(report.resolver_comments),
    answers: list(report['flaneur:answers']).flatMap(parseAnswer),
    roles: list(report['flaneur:roles']).map(roleOf).filter((role) => role !== null),
    resolverRole: roleOf(report['flaneur:resolver_role']),
    withheld: report['flaneur:withheld'] === true,
    deleted: report['flaneur:deleted'] === true,
    email: text(report.reporter_email),
    history: list(report.history).flatMap(parseEvent),
    casePage: httpUrl(page?.href),
  };
}

/** A page of reports out of the API's answer. */
export function parseReports(raw: unknown): ReportPage {
  const answer = object(raw);
  const next = httpUrl(linkOf(answer, 'next')?.href);
  return {
    reports: list(answer.reports).map(parseReport).filter((report) => report !== null),
    next: next === null ? null : new URL(next).searchParams.get('page'),
  };
}

/** The address of a page of reports. */
export function reportsAddress({ whose, open, dueFirst }: ReportsWanted, limit: number, page: string | null): string {
  const status = open ? "status IN ('open','open_autofix','waiting')" : "status IN ('closed_solved','closed_ignored')";
  const parameters = new URLSearchParams({
    filter: whose === 'all' ? status : `${whose} = 'me' AND ${status}`,
    ...(dueFirst === true ? { sortby: 'ts_opened' } : {}),
    limit: String(limit),
    ...(page === null ? {} : { page }),
  });
  return `${whose === 'all' ? '/reports' : '/users/me/reports'}?${parameters.toString()}`;
}

function address(id: string): string {
  return `/reports/${encodeURIComponent(id)}`;
}

function certain(report: Report | null): Report {
  if (report === null) throw new TypeError('the answer is no report');
  return report;
}

/** Says that something is wrong. */
export async function sendReport({ issue, about, email, comments }: NewReport): Promise<Report> {
  const body = {
    issue,
    [about.kind === 'picture' ? 'picture_id' : 'sequence_id']: about.id,
    ...(email === '' ? {} : { reporter_email: email }),
    ...(comments === '' ? {} : { reporter_comments: comments }),
  };
  return certain(parseReport(await request('/reports', { method: 'POST', body })));
}

/** One report; `key` is that of the case, for who is not signed in. */
export async function getReport(id: string, key: string | null, signal?: AbortSignal): Promise<Report> {
  const path = key === null ? address(id) : `${address(id)}?key=${encodeURIComponent(key)}`;
  return certain(parseReport(await request(path, { signal })));
}

export async function listReports(wanted: ReportsWanted, limit: number, page: string | null, signal?: AbortSignal): Promise<ReportPage> {
  return parseReports(await request(reportsAddress(wanted, limit, page), { signal }));
}

/** Deletes what a report is about, on its ground. Whose it was is told the reasons; the report is closed by that. */
export async function deleteReported({ about, issue }: Report, reasons: string): Promise<void> {
  const why = new URLSearchParams(reasons === '' ? { issue } : { issue, reasons });
  const destroy = async (): Promise<void> => {
    if (about.kind === 'sequence') {
      await deleteSequence(about.id, why);
      return;
    }
    const { id, sequence } = await getPicture(about.id, null);
    if (sequence === null) throw new TypeError('what is shown is in a sequence');
    await deletePicture({ id, sequence }, why);
  };
  await evenIfGone(destroy());
}

/** Does something about a report. Answers what it is then. */
export async function patchReport(id: string, { status, answer, withheld }: ReportPatch): Promise<Report> {
  const body = { status, resolver_comments: answer, 'flaneur:withheld': withheld };
  return certain(parseReport(await request(address(id), { method: 'PATCH', body })));
}
