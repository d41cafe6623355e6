import { ApiError } from '../api/errors';
import { errorText } from '../app/errorText';
import { Said } from '../app/said';
import { type Child, fill, h } from '../lib/dom';
import { t } from '../locales';

/** A part of the page that is fetched by itself: where one fails, the others still stand. */
export abstract class Section {
  readonly element: HTMLElement;
  protected readonly content = h('div');
  private readonly said: Said;
  private loads = 0;

  protected constructor(
    name: string,
    title: string,
    intro: string,
    protected readonly signal: AbortSignal,
  ) {
    const id = `account-${name}`;
    this.said = new Said(`${id}-said`);
    this.element = h(
      'section',
      { class: 'account-section', 'aria-labelledby': id, 'data-testid': id },
      h('h2', { id }, title),
      h('p', { class: 'lead' }, intro),
      this.said.element,
      this.content,
    );
  }

  /** What is shown once it is known. */
  protected abstract fetch(): Promise<Child[]>;

  async load(): Promise<void> {
    const load = ++this.loads;
    if (this.content.childElementCount === 0) fill(this.content, h('p', { class: 'muted', role: 'status' }, t('app.loading')));
    try {
      const children = await this.fetch();
      if (load === this.loads && !this.signal.aborted) fill(this.content, ...children);
    } catch (error) {
      if (load === this.loads && !this.signal.aborted) this.fail(error);
    }
  }

  /** Says what came of an action, and shows what is now. */
  protected async done(text: string): Promise<void> {
    this.say(text);
    await this.load();
  }

  protected say(text: string): void {
    this.said.say(text);
  }

  protected hush(): void {
    this.said.hush();
  }

  private fail(error: unknown): void {
    const signedOut = error instanceof ApiError && error.kind === 'signedOut';
    const retry = h('button', { type: 'button', class: 'button', onclick: () => void this.again() }, t('app.retry'));
    const signIn = h('a', { href: '/sign-in?next=%2Faccount', class: 'button' }, t('app.signIn'));
    fill(this.content, h('p', { class: 'problem', role: 'alert' }, errorText(error)), signedOut ? signIn : retry);
  }

  /** The button that asked for it goes away: the focus stays in its section. */
  private async again(): Promise<void> {
    fill(this.content);
    await this.load();
    const first = this.content.querySelector<HTMLElement>('button, input, summary');
    first?.focus();
  }
}
