import { h } from '../lib/dom';
import { icon, type IconName } from '../lib/icons';

/** A button that is a picture alone: its label is shown to who points at it, and read out. */
export function iconButton(name: IconName, label: string, onclick: () => void, testId?: string): HTMLButtonElement {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, 'data-testid': testId },
    icon(name),
  );
}

/** Has such a button be for something else. */
export function renameButton(button: HTMLButtonElement, name: IconName, label: string): void {
  button.setAttribute('aria-label', label);
  button.title = label;
  button.replaceChildren(icon(name));
}
