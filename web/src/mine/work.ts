import { Incomplete } from '../app/form';
import type { Operation } from '../api/manyEdits';
import { answerText } from '../app/errorText';
import { labelled } from '../app/labelled';
import { type Child, fill, h } from '../lib/dom';
import type { Position } from '../lib/geometry';
import { plural, t } from '../locales';
import { formOf, type OperationForm, type ShiftForm, shiftForm } from './forms';
import { type Kind, KINDS } from './words';

export interface WorkEvents {
  /** What the camera's clock said in the first of the pictures that are chosen. */
  readonly firstTaken: () => string | null;
  /** What is to be done was changed, or another kind was chosen. */
  readonly onChange: () => void;
  readonly onTrack: (lines: readonly (readonly Position[])[]) => void;
  /** Tells what an operation would change, in lines. */
  readonly preview: (operation: Operation) => Promise<Preview>;
  /** Does it. */
  readonly make: (operation: Operation) => Promise<void>;
  /** How many pictures are chosen. */
  readonly count: () => number;
  readonly remove: () => void;
}

/** What an operation would change. */
export interface Preview {
  readonly changes: number;
  readonly head: string;
  readonly examples: readonly string[];
}

/** What is to be done to the pictures that are chosen: fields, what that would change, and what does it. */
export class Work {
  readonly element: HTMLElement;
  private readonly kind = h(
    'select',
    { id: 'mine-kind', 'data-testid': 'mine-kind' },
    ...KINDS.map((each) => h('option', { value: each }, t(`mine.kind.${each}`))),
  );
  private readonly fields = h('div');
  private readonly trouble = h('p', { class: 'problem', role: 'alert', 'data-testid': 'mine-trouble' });
  private readonly told = h('div', { class: 'mine-told', role: 'status', 'data-testid': 'mine-preview' });
  private readonly previewButton = h('button', { class: 'button', 'data-testid': 'mine-show' }, t('mine.preview'));
  private readonly makeButton = h('button', { type: 'button', class: 'button primary', hidden: true, 'data-testid': 'mine-make' });
  private readonly form: HTMLFormElement;
  private shown: OperationForm | ShiftForm | null = null;
  private shift: ShiftForm | null = null;
  /** What was told of, as it would be done. */
  private ready: Operation | null = null;
  private visit = 0;

  constructor(private readonly events: WorkEvents) {
    this.form = h(
      'form',
      { class: 'form' },
      labelled(t('mine.what'), this.kind),
      this.fields,
      this.trouble,
      h('div', { class: 'actions' }, this.previewButton, this.makeButton),
      this.told,
    );
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.form.addEventListener('input', (event) => {
      if (event.target !== this.kind) this.changed();
    });
    this.kind.addEventListener('change', () => void this.showFields());
    this.makeButton.addEventListener('click', () => void this.make());
    this.element = h('section', { 'aria-labelledby': 'mine-do' }, h('h2', { id: 'mine-do' }, t('mine.do')), this.form);
    void this.showFields();
  }

  get chosenKind(): Kind {
    return KINDS.find((each) => each === this.kind.value) ?? 'turn';
  }

  /** How far the pictures are to be moved so far, metres; null where they are not to be. */
  get move(): { readonly east: number; readonly north: number } | null {
    return this.shift?.now() ?? null;
  }

  /** They were moved on the map. */
  moveTo(east: number, north: number, ended: boolean): void {
    this.shift?.fill(east, north);
    this.forget();
    if (ended) void this.submit();
  }

  /** Other pictures are chosen, or they are other than they were: what was told is true no more. */
  async refresh(): Promise<void> {
    this.forget();
    // What the first of them is stands in the field.
    if (this.chosenKind === 'retime') await this.showFields();
  }

  private async showFields(): Promise<void> {
    const kind = this.chosenKind;
    const visit = ++this.visit;
    this.shift = null;
    this.shown = null;
    this.events.onTrack([]);
    const { firstTaken, onTrack } = this.events;
    let content: readonly Child[];
    if (kind === 'delete') content = [h('p', {}, t('mine.delete.hint'))];
    else {
      const form = kind === 'shift' ? (this.shift = shiftForm()) : await formOf(kind, { firstTaken: firstTaken(), onTrack });
      if (visit !== this.visit) return;
      this.shown = form;
      ({ content } = form);
    }
    fill(this.fields, ...content);
    this.previewButton.textContent = t(kind === 'delete' ? 'mine.delete' : 'mine.preview');
    this.previewButton.classList.toggle('danger', kind === 'delete');
    this.changed();
  }

  private changed(): void {
    this.forget();
    this.events.onChange();
  }

  private forget(): void {
    this.ready = null;
    this.makeButton.hidden = true;
    fill(this.told);
    fill(this.trouble);
  }

  private async submit(): Promise<void> {
    if (this.events.count() === 0) {
      this.trouble.textContent = t('mine.nothingChosen');
      return;
    }
    if (this.chosenKind === 'delete') {
      this.events.remove();
      return;
    }
    await this.run(async () => {
      const operation = this.shown?.read();
      if (operation === undefined) return;
      this.forget();
      const { changes, head, examples } = await this.events.preview(operation);
      fill(
        this.told,
        h('p', {}, changes === 0 ? t('mine.nothingChanges') : head),
        examples.length === 0 ? null : h('ul', {}, ...examples.map((each) => h('li', {}, each))),
      );
      if (changes === 0) return;
      this.ready = operation;
      this.makeButton.textContent = plural('mine.make', changes);
      this.makeButton.hidden = false;
    });
  }

  private async make(): Promise<void> {
    const { ready } = this;
    if (ready === null) return;
    await this.run(async () => {
      await this.events.make(ready);
      this.forget();
      await this.showFields();
    });
  }

  /** Does something once at a time; what goes wrong is said. */
  private async run(act: () => Promise<void>): Promise<void> {
    const had = document.activeElement;
    this.form.inert = true;
    this.form.setAttribute('aria-busy', 'true');
    fill(this.trouble);
    let field: Element | null = had;
    try {
      await act();
    } catch (error) {
      this.trouble.textContent = error instanceof Incomplete ? error.message : answerText(error);
      if (error instanceof Incomplete) ({ field } = error);
    } finally {
      this.form.inert = false;
      this.form.removeAttribute('aria-busy');
    }
    if (document.activeElement !== document.body && document.activeElement !== had) return;
    // What had the focus may be gone.
    const next = field instanceof HTMLElement && field.isConnected && !field.hidden ? field : this.previewButton;
    if (this.form.contains(next)) next.focus();
  }
}
