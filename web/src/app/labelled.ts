import { type Child, h } from '../lib/dom';

/** A field of a form, the control's name above it and what else there is to say below. The control has an id. */
export function labelled(label: string, control: HTMLElement, ...more: Child[]): HTMLElement {
  return h('div', { class: 'field' }, h('label', { for: control.id }, label), control, ...more);
}
