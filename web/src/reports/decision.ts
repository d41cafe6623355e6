import { forgetAllPictures } from '../api/pictures';
import { deleteReported, getReport, LONGEST_REASONS, patchReport, type Report } from '../api/reports';
import { confirmThen } from '../app/confirm';
import { errorText } from '../app/errorText';
import { labelled } from '../app/labelled';
import { h } from '../lib/dom';
import { t } from '../locales';
import { type Action, actionsFor, type Viewer } from './actions';

/** Longest answer that the API takes, characters. */
const LONGEST_ANSWER = 4000;

/** Offers what a viewer can do about a report; null where that is nothing. `onDone` gets what the report is then. */
export function decision(report: Report, viewer: Viewer, onDone: (report: Report) => void): HTMLElement | null {
  const actions = actionsFor(report, viewer);
  if (actions.length === 0) return null;
  const name = `reason-${report.id}`;
  const hint = `${name}-hint`;
  const reason = h('textarea', {
    id: name,
    rows: 2,
    maxlength: LONGEST_ANSWER,
    'aria-describedby': hint,
    'data-testid': 'report-reason',
  });
  const trouble = h('p', { class: 'problem', role: 'alert', hidden: true, 'data-testid': 'report-decision-trouble' });
  const complain = (text: string): void => {
    trouble.textContent = text;
    trouble.hidden = false;
  };
  const destroy = (reasons: string): void => {
    const { kind } = report.about;
    if (reasons.length > LONGEST_REASONS) {
      complain(t('reports.longReasons', { most: LONGEST_REASONS }));
      reason.focus();
      return;
    }
    let now: Report | null = null;
    confirmThen({
      title: t(`reports.delete.${kind}`),
      text: t(`reports.deleteText.${kind}`),
      yes: t('reports.deleteYes'),
      act: async () => {
        await deleteReported(report, reasons);
        now = await getReport(report.id, null);
      },
      onDone: () => {
        forgetAllPictures();
        onDone(now ?? report);
      },
    });
  };
  const act = async ({ patch, reason: wanted }: Action): Promise<void> => {
    const answer = reason.value.trim();
    if (wanted === 'needed' && answer === '') {
      complain(t('reports.noAnswer'));
      reason.focus();
      return;
    }
    trouble.hidden = true;
    if (patch === null) {
      destroy(answer);
      return;
    }
    element.inert = true;
    try {
      const changed = await patchReport(report.id, answer === '' ? patch : { ...patch, answer });
      // Others may see now what they did not, or the other way round.
      forgetAllPictures();
      onDone(changed);
    } catch (error) {
      element.inert = false;
      complain(errorText(error));
      // It was lost while nothing here could have it.
      pressed?.focus();
    }
  };
  let pressed: HTMLElement | null = null;
  const buttons = actions.map((action) => {
    const button = h(
      'button',
      {
        type: 'button',
        class: 'button',
        onclick: () => {
          pressed = button;
          void act(action);
        },
        ...(action.key === undefined ? {} : { 'aria-keyshortcuts': action.key }),
        'data-testid': `report-do-${action.name}`,
      },
      t(action.label),
    );
    return button;
  });
  const label = viewer === 'owner' ? t('reports.ownerReason') : t('reports.reason');
  const text = labelled(label, reason, h('p', { id: hint, class: 'hint' }, t('reports.reasonHint')));
  const element = h(
    'div',
    { class: 'decision', role: 'group', 'aria-label': t('reports.actions') },
    actions.every((action) => action.reason === 'none') ? null : text,
    h('div', { class: 'actions' }, ...buttons),
    trouble,
  );
  return element;
}
