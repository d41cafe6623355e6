import { openDialog } from '../app/dialog';
import { h } from '../lib/dom';
import { type MessageKey, t } from '../locales';

/** The keys and what they do, as the help shows them. */
function keys(): [string[], MessageKey][] {
  return [
    [['←', '→'], 'help.turn'],
    [['↑', '↓'], 'help.walk'],
    [[t('help.key.pageUp'), t('help.key.pageDown')], 'help.sequence'],
    [[t('help.key.home'), t('help.key.end')], 'help.ends'],
    [[t('help.key.space')], 'help.play'],
    [['.', ','], 'help.speed'],
    [['+', '−'], 'help.zoom'],
    [['m'], 'help.swap'],
    [['[', ']'], 'help.dates'],
    [['c'], 'help.compare'],
    [['f'], 'help.filter'],
    [['/'], 'help.find'],
    [['e'], 'help.edit'],
    [['s'], 'help.share'],
    [['r'], 'help.report'],
    [['b'], 'help.blur'],
    [['←', '→', '↑', '↓'], 'help.blurMove'],
    [[t('help.key.shift'), '←', '→', '↑', '↓'], 'help.blurResize'],
    [[t('help.key.delete')], 'help.blurRemove'],
    [[t('help.key.enter')], 'help.blurSend'],
    [[t('help.key.escape')], 'help.escape'],
    [['?'], 'help.help'],
  ];
}

export function openHelp(): void {
  const rows = keys().map(([names, what]) =>
    h('div', { class: 'key-row' }, h('dt', {}, ...names.map((name) => h('kbd', {}, name))), h('dd', {}, t(what))),
  );
  openDialog(t('help.title'), h('dl', { class: 'keys' }, ...rows), h('p', { class: 'muted' }, t('help.mouse')));
}
