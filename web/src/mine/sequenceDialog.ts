import { simpleForm } from '../app/form';
import { type OwnSequence, patchSequence } from '../api/sequences';
import { openDialog } from '../app/dialog';
import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import { t } from '../locales';
import { seenField } from './seen';

/** Longest title that the API takes, bytes; what is longer in characters is longer in bytes, too. */
const LONGEST_TITLE = 500;

/** Changes what a sequence is called and who sees it. */
export function openSequence(sequence: OwnSequence, onSaved: () => void): void {
  const title = h('input', { id: 'sequence-title', value: sequence.title, required: true, maxlength: LONGEST_TITLE, autocomplete: 'off', 'data-testid': 'sequence-title' });
  const seen = seenField('sequence-seen', sequence.visibility);
  const form = simpleForm(
    null,
    async () => {
      const visibility = seen.read();
      const named = title.value.trim();
      const fields = {
        ...(named === sequence.title ? {} : { title: named }),
        ...(visibility === sequence.visibility ? {} : { visibility }),
      };
      if (Object.keys(fields).length > 0) await patchSequence(sequence.id, fields);
      dialog.close();
      if (Object.keys(fields).length > 0) onSaved();
    },
    labelled(t('mine.title'), title),
    seen.element,
    h('div', { class: 'actions' }, h('button', { class: 'button primary', 'data-testid': 'sequence-save' }, t('edit.save'))),
  );
  const dialog = openDialog(t('mine.sequence'), form);
  dialog.dataset.testid = 'sequence';
}
