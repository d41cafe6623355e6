import '../../styles/forms.css';
import '../../styles/report.css';

import type { Picture } from '../../api/picture';
import { type NewReport, type Report, sendReport } from '../../api/reports';
import { openDialog } from '../../app/dialog';
import { toast } from '../../app/toast';
import { t } from '../../locales';
import { ReportForm, troubleText } from './form';
import { sentText, sentView } from './sent';

export interface ReportDialogEvents {
  /** Begins to blur something, for who may; null for others. */
  readonly draw: (() => void) | null;
  /** It came to the server. */
  readonly onSent: (report: Report) => void;
  /** The reader is done, and looks at the page again. */
  readonly onClosed: () => void;
}

/** Opens the dialog that says what is wrong with a picture. */
export function openReport(picture: Picture, signedIn: boolean, { draw, onSent, onClosed }: ReportDialogEvents): void {
  const drawInstead = (): void => {
    dialog.close();
    draw?.();
  };
  const send = async (report: NewReport): Promise<void> => {
    form.setSending(true);
    try {
      const made = await sendReport(report);
      onSent(made);
      if (!dialog.open) {
        toast(`${t('report.thanks')}. ${sentText(made)}`);
        return;
      }
      const { element, first } = sentView(made, signedIn, () => {
        dialog.close();
      });
      form.element.replaceWith(element);
      first.focus();
    } catch (error) {
      if (!dialog.open) {
        toast(troubleText(error), 'error');
        return;
      }
      form.setSending(false);
      form.fail(error);
    }
  };
  const form = new ReportForm(picture, signedIn, draw === null ? null : drawInstead, (report) => void send(report));
  const dialog = openDialog(t('report.title'), form.element);
  dialog.dataset.testid = 'report';
  dialog.classList.add('report');
  dialog.addEventListener('close', onClosed);
  form.focus();
}
