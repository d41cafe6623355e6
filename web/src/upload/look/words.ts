import { formatNumber, plural, t } from '../../locales';
import { pathOf } from '../files';
import type { Outcome } from './outcome';
import type { Plan } from './plan';

/** So many names are told of what is wrong with. */
const MOST_NAMES = 5;

/** What would become of files, in lines. */
export function linesAbout(
  files: readonly File[],
  { counts }: Outcome,
  { sequences, duplicates, noPlace, noTime }: Plan,
  relative: number | null,
  hasTrack: boolean,
): readonly string[] {
  const names = (indexes: readonly number[]): string => {
    const said = indexes.slice(0, MOST_NAMES).flatMap((index) => files[index] ?? []).map(pathOf);
    return (indexes.length > MOST_NAMES ? [...said, '…'] : said).join(', ');
  };
  const { kept, retimed, placed, byHand, turned } = counts;
  const lines = [
    plural('look.sequences', sequences.length),
    kept === 0 ? null : plural('look.kept', kept),
    retimed === 0 ? null : plural('look.retimed', retimed),
    placed === 0 ? null : plural('look.placed', placed),
    byHand === 0 ? null : plural('look.byHand', byHand),
    turned === 0 ? null : plural('look.turned', turned),
    relative === null ? null : t('look.relative', { degrees: formatNumber(relative) }),
    duplicates.size === 0 ? null : plural('look.duplicates', duplicates.size),
    noPlace.length === 0 ? null : plural(hasTrack ? 'look.offTrack' : 'look.noPlace', noPlace.length, { names: names(noPlace) }),
    noTime.length === 0 ? null : plural('look.noTime', noTime.length, { names: names(noTime) }),
  ];
  return lines.filter((line) => line !== null);
}
