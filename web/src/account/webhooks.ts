import {
  listWebhooks,
  type MadeWebhook,
  removeWebhook,
  resumeWebhook,
  testWebhook,
  type Webhook,
} from '../api/webhooks';
import { confirmThen } from '../app/confirm';
import { errorText } from '../app/errorText';
import { type Child, fill, h } from '../lib/dom';
import { formatMoment } from '../lib/time';
import { language, listed, t } from '../locales';
import { newWebhookForm } from './newWebhook';
import { secretBox } from './secret';
import { Section } from './section';

/** Whose letters these are, for people: the address without what may be secret in it. */
export function hostOf({ url }: Webhook): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** What a webhook is told of. */
export function kindsText({ kinds }: Webhook): string {
  if (kinds.length === 0) return t('account.webhooks.ofAll');
  return t('account.webhooks.ofSome', { what: listed(kinds.map((kind) => t(`account.webhooks.of.${kind}`))) });
}

/** Whether letters arrive. */
export function stateText({ status, deliveredAt, nextTryAt }: Webhook): string {
  const moment = (iso: string): string => formatMoment(iso, language());
  if (status === 'stopped') return t('account.webhooks.stopped');
  if (status === 'failing') return nextTryAt === null ? t('account.webhooks.failing') : t('account.webhooks.failingUntil', { when: moment(nextTryAt) });
  return deliveredAt === null ? t('account.webhooks.nothingYet') : t('account.webhooks.delivered', { when: moment(deliveredAt) });
}

/** One's webhooks: programs that are told of changes as they happen. */
export class WebhooksSection extends Section {
  /** Stays while the list below it is fetched anew. */
  private readonly fresh = h('div');

  constructor(signal: AbortSignal) {
    super('webhooks', t('account.webhooks'), t('account.webhooks.intro'), signal);
  }

  protected async fetch(): Promise<Child[]> {
    const webhooks = await listWebhooks(this.signal);
    const make = h(
      'details',
      { class: 'disclosure' },
      h('summary', { 'data-testid': 'webhook-make' }, t('account.webhooks.make')),
      newWebhookForm((webhook) => {
        this.show(webhook);
      }),
    );
    return [
      this.fresh,
      webhooks.length === 0
        ? h('p', { class: 'muted', 'data-testid': 'webhooks-none' }, t('account.webhooks.none'))
        : h('ul', { class: 'entries' }, ...webhooks.map((webhook) => this.entry(webhook))),
      make,
    ];
  }

  private entry(webhook: Webhook): HTMLElement {
    const name = hostOf(webhook);
    // The page says what came of it, where it was asked for.
    const outcome = h('p', { class: 'hint', role: 'status', 'data-testid': 'webhook-outcome' });
    const action = (key: 'test' | 'resume' | 'remove', act: () => void): HTMLElement =>
      h(
        'button',
        { type: 'button', class: 'button', 'aria-label': t(`account.webhooks.${key}That`, { name }), onclick: act, 'data-testid': `webhook-${key}` },
        t(`account.webhooks.${key}`),
      );
    const test = action('test', () => void this.test(webhook, outcome));
    const resume = action('resume', () => void this.resume(webhook, outcome));
    const remove = action('remove', () => {
      this.remove(webhook);
    });
    const isTroubled = webhook.status !== 'active';
    return h(
      'li',
      { class: 'entry', 'data-testid': 'webhook-entry' },
      h(
        'div',
        { class: 'entry-facts' },
        h('h3', {}, name),
        h('p', { class: 'entry-address' }, webhook.url),
        h('p', {}, kindsText(webhook)),
        h('p', { class: isTroubled ? 'problem' : 'hint', 'data-testid': 'webhook-state' }, stateText(webhook)),
        isTroubled && webhook.message !== null ? h('p', { class: 'hint' }, webhook.message) : null,
        outcome,
      ),
      h('div', { class: 'entry-actions' }, test, isTroubled ? resume : null, remove),
    );
  }

  /** Shows the secret of a webhook, which is told once. */
  private show(webhook: MadeWebhook): void {
    this.hush();
    const name = hostOf(webhook);
    const box = secretBox({
      name: 'webhook',
      title: t('account.webhooks.fresh', { name }),
      once: t('account.webhooks.once'),
      label: t('account.webhooks.secret'),
      value: webhook.secret,
      copied: t('account.webhooks.copied'),
      copyFailed: t('account.webhooks.copyFailed'),
      onDone: () => {
        fill(this.fresh);
        this.say(t('account.webhooks.kept', { name }));
      },
    });
    fill(this.fresh, box.element);
    void this.load().then(box.focus);
  }

  private async test(webhook: Webhook, outcome: HTMLElement): Promise<void> {
    outcome.textContent = t('account.webhooks.testing');
    try {
      const { isDelivered, message } = await testWebhook(webhook.id);
      outcome.textContent = isDelivered ? t('account.webhooks.testDelivered') : `${t('account.webhooks.testFailed')} ${message ?? ''}`.trimEnd();
    } catch (error) {
      outcome.textContent = errorText(error);
    }
  }

  private async resume(webhook: Webhook, outcome: HTMLElement): Promise<void> {
    try {
      await resumeWebhook(webhook.id);
      await this.done(t('account.webhooks.resumed', { name: hostOf(webhook) }));
    } catch (error) {
      outcome.textContent = errorText(error);
    }
  }

  private remove(webhook: Webhook): void {
    const name = hostOf(webhook);
    confirmThen({
      title: t('account.webhooks.removeSure', { name }),
      text: t('account.webhooks.removeText'),
      yes: t('account.webhooks.remove'),
      act: () => removeWebhook(webhook.id),
      onDone: () => {
        fill(this.fresh);
        void this.done(t('account.webhooks.removed', { name }));
      },
    });
  }
}
