import type { Picture } from '../../api/picture';
import { credit } from '../caption';

/** When one side of a comparison was taken, whom to name for it, and what may be done with it. */
export function showSide(container: HTMLElement, date: HTMLElement, picture: Picture): void {
  // The date stays where it is: if it has the focus, it would lose it by being moved.
  for (const child of [...container.children]) {
    if (child !== date) child.remove();
  }
  if (date.parentElement !== container) container.append(date);
  const by = credit(picture);
  if (by !== null) container.append(by);
}
