import type { Report } from '../../api/reports';
import { copyField } from '../../app/copyField';
import { h } from '../../lib/dom';
import { t } from '../../locales';
import { statusKey } from '../../reports/words';

/** What happens next, in a sentence or two. */
export function sentText(report: Report): string {
  // Only what is new has a page of its own.
  if (report.casePage === null) return `${t('report.known')} ${t(statusKey(report))}`;
  return t(report.withheld ? 'report.done.hidden' : 'report.done.shown');
}

function caseLink(address: string): HTMLElement {
  return copyField({
    name: 'report-case',
    label: t('report.case'),
    value: address,
    copied: t('report.copied'),
    failed: t('report.copyFailed'),
  });
}

/** What is seen once a report has been sent, with the words that are to be read out first. */
export function sentView(report: Report, signedIn: boolean, close: () => void): { readonly element: HTMLElement; readonly first: HTMLElement } {
  const first = h('p', { tabindex: -1, 'data-testid': 'report-sent' }, h('strong', {}, `${t('report.thanks')}. `), sentText(report));
  const mine = h('a', { href: '/reports', class: 'button', onclick: close }, t('report.mine'));
  const element = h(
    'div',
    { class: 'report-sent' },
    first,
    report.casePage === null ? null : caseLink(report.casePage),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'button primary', onclick: close, 'data-testid': 'report-close' }, t('report.finish')),
      signedIn ? mine : null,
    ),
  );
  return { element, first };
}
