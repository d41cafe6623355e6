import '../styles/forms.css';
import '../styles/account.css';
import '../styles/data.css';

import { type Dataset, type DatasetFile, getDataset } from '../api/dataset';
import { copyField } from '../app/copyField';
import type { Page } from '../app/page';
import { navigate } from '../app/navigate';
import { tryAgain } from '../app/tryAgain';
import { type Child, h } from '../lib/dom';
import { formatBytes, formatMoment } from '../lib/time';
import { formatNumber, language, plural, t } from '../locales';
import { changesAddress, datasetAddress, duckdb, fetchCommand, snapshotCommand } from './ways';

/** Files that are listed one by one. */
const MOST_LISTED = 200;

function way(name: string, title: string, text: string, ...more: Child[]): HTMLElement {
  return h('section', { class: 'way', 'data-testid': `data-${name}` }, h('h2', {}, title), h('p', {}, text), ...more);
}

function copied(name: string, label: string, value: string): HTMLElement {
  return copyField({ name: `data-${name}-value`, label, value });
}

function facts(dataset: Dataset): HTMLElement {
  if (dataset.writtenAt === null) return h('p', { 'data-testid': 'data-facts' }, t('data.nothingYet'));
  const said = t('data.facts', {
    pictures: plural('data.pictures', dataset.pictures),
    files: plural('data.files', dataset.files.length),
    size: formatBytes(dataset.bytes, language()),
    when: formatMoment(dataset.writtenAt, language()),
  });
  return h('p', { 'data-testid': 'data-facts' }, dataset.isIncomplete ? `${said} ${t('data.incomplete')}` : said);
}

function row({ tile, href, pictures, bytes }: DatasetFile): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('a', { href, download: true, 'aria-label': t('data.download', { tile }) }, tile)),
    h('td', {}, formatNumber(pictures)),
    h('td', {}, formatBytes(bytes, language())),
  );
}

function fileList(dataset: Dataset): HTMLElement | null {
  if (dataset.files.length === 0) return null;
  const listed = dataset.files.slice(0, MOST_LISTED);
  const left = dataset.files.length - listed.length;
  return h(
    'details',
    { class: 'disclosure', 'data-testid': 'data-list' },
    h('summary', {}, t('data.list')),
    h(
      'div',
      { class: 'data-table' },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...(['data.tile', 'data.count', 'data.size'] as const).map((key) => h('th', { scope: 'col' }, t(key))))),
        h('tbody', {}, ...listed.map(row)),
      ),
      left === 0 ? null : h('p', { class: 'hint' }, plural('data.more', left)),
    ),
  );
}

function asTable(dataset: Dataset | null): HTMLElement {
  if (dataset === null) return way('table', t('data.table'), t('data.table.none'));
  const [first] = dataset.files;
  return way(
    'table',
    t('data.table'),
    t('data.table.text'),
    facts(dataset),
    copied('table', t('data.table.address'), datasetAddress(location.origin)),
    first === undefined ? null : copied('duckdb', t('data.table.duckdb'), duckdb(new URL(first.href, location.href).href)),
    copied('snapshot', t('data.table.snapshot'), snapshotCommand(location.origin)),
    fileList(dataset),
  );
}

function sheet(...content: Child[]): Page {
  return { title: t('title.data'), element: h('section', { class: 'sheet wide' }, h('h1', {}, t('title.data')), ...content) };
}

/** `/data`: how to take along what anybody may see. */
export async function openData(): Promise<Page> {
  let dataset: Dataset | null;
  try {
    dataset = await getDataset();
  } catch (error) {
    return sheet(...tryAgain(error, () => { navigate('/data'); }));
  }
  return sheet(
    h('p', {}, t('data.intro')),
    asTable(dataset),
    way(
      'pictures',
      t('data.fetch'),
      t('data.fetch.text'),
      copied('fetch', t('data.fetch.command'), fetchCommand(location.origin, dataset?.bbox ?? null)),
    ),
    way('changes', t('data.changes'), t('data.changes.text'), copied('changes', t('data.changes.address'), changesAddress(location.origin))),
    way(
      'api',
      t('data.api'),
      t('data.api.text'),
      h('p', {}, h('a', { href: '/api/docs/swagger', class: 'button', target: '_blank', rel: 'noopener' }, t('data.api.open'))),
    ),
  );
}
