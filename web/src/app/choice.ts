import { type Child, h } from '../lib/dom';

/** A choice among others, or a thing to tick, with its words. */
export function choice(type: 'radio' | 'checkbox', group: string, value: string, label: string, checked: boolean): HTMLElement {
  const input = h('input', { type, name: group, value, checked, 'data-testid': `${group}-${value}` });
  return h('label', { class: 'choice' }, input, h('span', {}, label));
}

/** Which of these are ticked among choices. */
export function ticked<T extends string>(among: HTMLElement, values: readonly T[]): readonly T[] {
  const boxes = [...among.querySelectorAll('input')];
  return values.filter((each) => boxes.some(({ value, checked }) => checked && value === each));
}

/** Choices that belong together, under what they are about. */
export function choices(legend: string, ...content: Child[]): HTMLFieldSetElement {
  return h('fieldset', { class: 'choices' }, h('legend', {}, legend), ...content);
}
