import { Incomplete } from './form';
import { h } from '../lib/dom';
import { t } from '../locales';
import { labelled } from './labelled';

export interface NumberOptions {
  readonly min: number;
  readonly max: number;
  readonly value?: number;
  readonly hint?: string;
}

export interface NumberField {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly read: () => number;
}

/** A field for a number that has to be there. */
export function numberField(id: string, label: string, { min, max, value, hint }: NumberOptions): NumberField {
  const input = h('input', { id, type: 'number', min, max, step: 'any', value: value ?? '', required: true, 'data-testid': id });
  const hints = hint === undefined ? null : h('p', { class: 'hint', id: `${id}-hint` }, hint);
  if (hints !== null) input.setAttribute('aria-describedby', hints.id);
  const read = (): number => {
    if (!Number.isFinite(input.valueAsNumber)) throw new Incomplete(t('mine.fillIn', { field: label }), input);
    return input.valueAsNumber;
  };
  return { element: labelled(label, input, hints), input, read };
}
