import type { Tag } from '../../api/edits';
import { iconButton } from '../../app/iconButton';
import { fill, h } from '../../lib/dom';
import { t } from '../../locales';

/** Longest key and value that the API takes, bytes; what is longer in characters is longer in bytes, too. */
const LONGEST_KEY = 256;
const LONGEST_VALUE = 2048;

/** What a picture's tags are, and a form for one more. `change` answers whether it was done. */
export class TagList {
  readonly element: HTMLElement;
  private readonly list = h('ul', { class: 'tag-list', 'data-testid': 'tags' });
  private readonly key = h('input', { id: 'tag-key', maxlength: LONGEST_KEY, required: true, autocomplete: 'off', 'data-testid': 'tag-key' });
  private readonly value = h('input', { id: 'tag-value', maxlength: LONGEST_VALUE, required: true, autocomplete: 'off', 'data-testid': 'tag-value' });

  constructor(private readonly change: (tag: Tag, action: 'add' | 'delete') => Promise<boolean>) {
    const form = h(
      'form',
      { class: 'tag-form' },
      h('div', {}, h('label', { for: 'tag-key' }, t('edit.tagKey')), this.key),
      h('div', {}, h('label', { for: 'tag-value' }, t('edit.tagValue')), this.value),
      h('button', { class: 'button', 'data-testid': 'tag-add' }, t('edit.tagAdd')),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.add();
    });
    this.element = h('section', {}, h('h3', {}, t('edit.tags')), this.list, form);
  }

  show(tags: readonly Tag[]): void {
    const entries = tags.map((tag) => {
      const label = t('edit.tagRemove', { tag: `${tag.key}=${tag.value}` });
      const remove = iconButton('bin', label, () => void this.remove(tag));
      return h('li', {}, h('code', {}, tag.key), h('span', {}, tag.value), remove);
    });
    fill(this.list, ...(entries.length === 0 ? [h('li', { class: 'muted' }, t('edit.noTags'))] : entries));
  }

  private async add(): Promise<void> {
    if (!(await this.change({ key: this.key.value.trim(), value: this.value.value.trim() }, 'add'))) return;
    this.key.value = '';
    this.value.value = '';
    this.key.focus();
  }

  private async remove(tag: Tag): Promise<void> {
    // What had the focus goes with its tag.
    if (await this.change(tag, 'delete')) this.key.focus();
  }
}
