import { VISIBILITIES, type Visibility } from '../api/edits';
import { choice, choices } from '../app/choice';
import { t } from '../locales';

/** Choices of who sees something. */
export function seenField(group: string, usual: Visibility): { readonly element: HTMLElement; readonly read: () => Visibility } {
  const element = choices(
    t('edit.visibility'),
    ...VISIBILITIES.map((each) => choice('radio', group, each, t(`edit.visibility.${each}`), each === usual)),
  );
  const read = (): Visibility => {
    const ticked = element.querySelector<HTMLInputElement>('input:checked')?.value;
    return VISIBILITIES.find((each) => each === ticked) ?? usual;
  };
  return { element, read };
}
