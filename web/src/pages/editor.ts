import '../styles/forms.css';
import '../styles/account.css';

import { Incomplete, simpleForm } from '../app/form';
import type { Account } from '../api/account';
import { configurationChanged } from '../api/configuration';
import { deletePage, getPageText, LONGEST_PAGE, type PageSummary, publishPage, savePage } from '../api/pages';
import type { PageName } from '../api/pageNames';
import { confirmThen } from '../app/confirm';
import { navigate } from '../app/navigate';
import type { Page } from '../app/page';
import { signInLink } from '../app/signInLink';
import { toast } from '../app/toast';
import { labelled } from '../app/labelled';
import { type Child, fill, h } from '../lib/dom';
import { formatBytes } from '../lib/time';
import { language as siteLanguage, t } from '../locales';
import { bestLanguage, nameOfTag, readersLanguages, tagOf } from './language';
import { languageLinks } from './languageLinks';
import { pageText } from './text';
import { addressOf, titleOf, writingAddressOf } from './words';

/** Typing goes on for this long before the preview follows, milliseconds. */
const PREVIEW_AFTER_MS = 200;

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function button(label: string, testid: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'button', onclick, 'data-testid': testid }, label);
}

/** Writes one page in one language. */
class Editor {
  readonly element = h('div');
  private readonly field: HTMLTextAreaElement;
  private readonly head = h('div');
  private readonly preview = h('div', { class: 'preview', tabindex: 0, role: 'region', 'aria-label': t('write.preview'), 'data-testid': 'page-preview' });
  private readonly leftOut = h('p', { class: 'hint', role: 'status', 'data-testid': 'page-left-out' });
  private readonly more = h('div', { class: 'actions page-more' });
  private readonly said = h('p', { class: 'hint', role: 'status', 'data-testid': 'page-saved' });
  private timer = 0;
  /** The text that the server has. */
  private saved = '';

  constructor(
    private readonly name: PageName,
    private page: PageSummary | null,
    private readonly language: string,
    text: string,
  ) {
    this.field = h('textarea', {
      id: 'page-html',
      rows: 18,
      lang: language,
      dir: 'auto',
      autocapitalize: 'off',
      'aria-describedby': 'page-html-hint',
      'data-testid': 'page-html',
      oninput: () => {
        this.said.textContent = '';
        form.querySelector('.problem')?.replaceChildren();
        clearTimeout(this.timer);
        this.timer = window.setTimeout(() => {
          this.showPreview();
        }, PREVIEW_AFTER_MS);
      },
    });
    this.take(text);
    const form = simpleForm(
      null,
      () => this.save(),
      labelled(
        t('write.text', { language: nameOfTag(language) }),
        this.field,
        h('p', { id: 'page-html-hint', class: 'hint' }, t(`write.hint.${name === 'custom-banner' ? 'banner' : 'page'}`)),
      ),
      h('div', { class: 'actions' }, h('button', { class: 'button primary', 'data-testid': 'page-save' }, t('write.save')), this.said),
    );
    const shown = h('div', { class: 'field' }, h('h2', { class: 'preview-title' }, t('write.preview')), this.preview, this.leftOut);
    fill(this.element, this.head, h('div', { class: 'writing-parts' }, h('div', {}, form, this.more), shown));
    this.draw();
  }

  get isDirty(): boolean {
    return this.field.value !== this.saved;
  }

  destroy(): void {
    clearTimeout(this.timer);
  }

  private get isWritten(): boolean {
    return this.page?.languages.includes(this.language) === true;
  }

  /** Shows a text as the one that the server has. */
  private take(text: string): void {
    this.field.value = text;
    this.saved = this.field.value;
    this.showPreview();
  }

  private showPreview(): void {
    const { element, leftOut } = pageText(this.field.value, this.language, this.name !== 'custom-banner');
    fill(this.preview, element);
    this.leftOut.textContent = leftOut.length === 0 ? '' : t('write.leftOut', { what: leftOut.join(', ') });
  }

  /** Shows what depends on what is written. */
  private draw(): void {
    const { name, page, language } = this;
    const written = page?.languages ?? [];
    const languages = written.includes(language) ? written : [...written, language];
    const read = h('a', { href: addressOf(name, language), class: 'button', 'data-testid': 'page-read' }, t('write.read'));
    const all = h('a', { href: '/pages', class: 'button' }, t('write.all'));
    fill(
      this.head,
      page === null ? null : h('p', { class: 'hint page-version', 'data-testid': 'page-version' }, t('write.version', { version: page.version })),
      h(
        'div',
        { class: 'page-bar' },
        languageLinks(t('write.languages'), languages, language, (tag) => writingAddressOf(name, tag)),
        h('div', { class: 'actions' }, this.isWritten ? read : null, all),
      ),
      this.newLanguage(),
    );
    fill(
      this.more,
      page === null ? null : button(t('write.publish'), 'page-publish', () => { this.publish(page); }),
      this.isWritten ? button(t('write.delete'), 'page-delete', () => { this.remove(); }) : null,
    );
  }

  private newLanguage(): HTMLElement {
    const tag = h('input', {
      id: 'page-new-language',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      maxlength: 12,
      'aria-describedby': 'page-new-language-hint',
      'data-testid': 'page-new-language',
    });
    const open = (): Promise<void> => {
      const language = tagOf(tag.value);
      if (language === null) return Promise.reject(new Incomplete(t('write.badTag'), tag));
      navigate(writingAddressOf(this.name, language));
      return Promise.resolve();
    };
    const form = simpleForm(
      null,
      open,
      labelled(t('write.tag'), tag, h('p', { id: `${tag.id}-hint`, class: 'hint' }, t('write.tagHint'))),
      h('button', { class: 'button', 'data-testid': 'page-new-language-open' }, t('write.open')),
    );
    return h('details', { class: 'disclosure new-language' }, h('summary', { 'data-testid': 'page-add-language' }, t('write.add')), form);
  }

  private async save(): Promise<void> {
    const { name, language, field } = this;
    this.said.textContent = '';
    if (field.value.trim() === '') throw new Incomplete(t('write.empty'), field);
    if (bytesOf(field.value) > LONGEST_PAGE) {
      throw new Incomplete(t('write.tooLong', { most: formatBytes(LONGEST_PAGE, siteLanguage()) }), field);
    }
    const sent = field.value;
    this.page = await savePage(name, language, sent);
    this.saved = sent;
    configurationChanged();
    // The server may have left something out.
    await getPageText(name, language).then(
      (text) => {
        if (!this.isDirty) this.take(text);
      },
      () => undefined,
    );
    this.draw();
    this.said.textContent = t('write.saved');
  }

  private remove(): void {
    const { name, language } = this;
    const what = nameOfTag(language);
    const last = this.page?.languages.length === 1;
    confirmThen({
      title: t('write.deleteSure', { page: titleOf(name), language: what }),
      text: t(!last ? 'write.deleteText' : name === 'terms-of-service' ? 'write.deleteTerms' : 'write.deleteLast'),
      yes: t('write.delete'),
      act: () => deletePage(name, language),
      onDone: () => {
        // What was not saved is not asked about either: it was said that all of it goes.
        this.saved = this.field.value;
        configurationChanged();
        toast(t('write.deleted', { page: titleOf(name), language: what }));
        navigate(last ? '/pages' : writingAddressOf(name));
      },
    });
  }

  private publish(page: PageSummary): void {
    if (this.isDirty) {
      this.said.textContent = t('write.saveFirst');
      this.field.focus();
      return;
    }
    confirmThen({
      title: t('write.publishSure'),
      text: t(this.name === 'terms-of-service' ? 'write.publishTerms' : 'write.publishOther', { version: page.version + 1 }),
      yes: t('write.publishYes', { version: page.version + 1 }),
      act: async () => {
        this.page = (await publishPage(this.name)) ?? this.page;
      },
      onDone: () => {
        this.draw();
        this.said.textContent = t('write.published', { version: this.page?.version ?? 0 });
        this.more.querySelector('button')?.focus();
      },
    });
  }
}

/** Which language to write in when none is asked for. */
function usualLanguage(page: PageSummary | null): string {
  return bestLanguage(page?.languages ?? [], readersLanguages()) ?? siteLanguage();
}

/** `/pages/{name}?edit=TAG`, for administrators. */
export async function openEditor(name: PageName, page: PageSummary | null, wanted: string | null): Promise<Page> {
  const language = wanted ?? usualLanguage(page);
  const isWritten = page?.languages.includes(language) === true;
  const editor = new Editor(name, page, language, isWritten ? await getPageText(name, language) : '');
  return {
    title: t('write.title', { page: titleOf(name) }),
    element: h('section', { class: 'sheet writing' }, h('h1', {}, titleOf(name)), editor.element),
    mayLeave: () => !editor.isDirty,
    leaving: t('write.leaving'),
    destroy: () => {
      editor.destroy();
    },
  };
}

/** For who may not write: says so, and where to sign in. */
export function openRefused(name: PageName, account: Account | null, url: URL): Page {
  const signIn: Child = account === null ? h('p', {}, signInLink(url.pathname + url.search)) : null;
  return {
    title: titleOf(name),
    element: h('section', { class: 'sheet' }, h('h1', {}, titleOf(name)), h('p', { 'data-testid': 'page-refused' }, t('write.only')), signIn),
  };
}
