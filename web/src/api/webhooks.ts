import { request } from './client';
import { list, object, text } from './json';

export const CHANGE_KINDS = ['published', 'edited', 'redacted', 'hidden', 'deleted'] as const;
/** What can happen to a picture or a sequence. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A program that is told of changes. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** What it is told of; nothing for everything. */
  readonly kinds: readonly ChangeKind[];
  readonly status: 'active' | 'failing' | 'stopped';
  /** ISO 8601. */
  readonly madeAt: string;
  /** When it last took something; ISO 8601. */
  readonly deliveredAt: string | null;
  /** When it is tried again, while it fails; ISO 8601. */
  readonly nextTryAt: string | null;
  /** What was wrong the last time. */
  readonly message: string | null;
}

/** A webhook, and what it tells by that letters are from here. */
export interface MadeWebhook extends Webhook {
  readonly secret: string;
}

/** What came of sending an empty letter. */
export interface WebhookTest {
  readonly isDelivered: boolean;
  readonly message: string | null;
}

/** A webhook out of the API's answer, or null when it says too little. */
export function parseWebhook(raw: unknown): Webhook | null {
  const webhook = object(raw);
  const [id, url, madeAt] = [text(webhook.id), text(webhook.url), text(webhook.created)];
  if (id === null || url === null || madeAt === null) return null;
  const kinds = list(webhook.kinds);
  return {
    id,
    url,
    kinds: CHANGE_KINDS.filter((kind) => kinds.includes(kind)),
    status: webhook.status === 'failing' || webhook.status === 'stopped' ? webhook.status : 'active',
    madeAt,
    deliveredAt: text(webhook.delivered),
    nextTryAt: text(webhook.next_try),
    message: text(webhook.message),
  };
}

export async function listWebhooks(signal?: AbortSignal): Promise<readonly Webhook[]> {
  const answer = object(await request('/webhooks', { signal }));
  return list(answer.webhooks).map(parseWebhook).filter((webhook) => webhook !== null);
}

export async function makeWebhook(url: string, kinds: readonly ChangeKind[]): Promise<MadeWebhook> {
  const answer = await request('/webhooks', { method: 'POST', body: { url, kinds } });
  const [webhook, secret] = [parseWebhook(answer), text(object(answer).secret)];
  if (webhook === null || secret === null) throw new TypeError('the answer is no webhook');
  return { ...webhook, secret };
}

function address(id: string): string {
  return `/webhooks/${encodeURIComponent(id)}`;
}

export async function removeWebhook(id: string): Promise<void> {
  await request(address(id), { method: 'DELETE' });
}

/** Has it told at once what it was not told. */
export async function resumeWebhook(id: string): Promise<void> {
  await request(`${address(id)}/resume`, { method: 'POST' });
}

/** Sends it a letter without any change in it. */
export async function testWebhook(id: string): Promise<WebhookTest> {
  const answer = object(await request(`${address(id)}/test`, { method: 'POST' }));
  return { isDelivered: answer.delivered === true, message: text(answer.message) };
}
