import type { AreaScope, Count, ExcludedArea } from '../api/areas';
import { formatNumber, plural, t } from '../locales';
import type { FileProblem } from './geoJsonFile';

/** From here on, sizes are square kilometres. */
const SQUARE_KILOMETRE_M2 = 1e6;
const LARGE_M2 = 1e5;

/** More digits than these nobody drew. */
const DIGITS = 3;

/** A size in square metres, for people. */
export function sizeText(squareMetres: number): string {
  const isLarge = squareMetres >= LARGE_M2;
  const size = formatNumber(Number((isLarge ? squareMetres / SQUARE_KILOMETRE_M2 : squareMetres).toPrecision(DIGITS)));
  return t(isLarge ? 'areas.squareKilometres' : 'areas.squareMetres', { size });
}

export function nameOf({ label }: Pick<ExcludedArea, 'label'>): string {
  return label ?? t('areas.unnamed');
}

export function problemText(problem: FileProblem): string {
  return t(`areas.problem.${problem}`);
}

/** How many pictures an area that is not saved yet is about. */
export function countText({ pictures, isAll }: Count, scope: AreaScope): string {
  // The server may end a page before it has found anything, and not know whether there is more.
  if (!isAll && pictures === 0) return t('areas.count.unknown');
  if (!isAll) return t(`areas.count.${scope}.more`, { count: pictures });
  return pictures === 0 ? t(`areas.count.${scope}.none`) : plural(`areas.count.${scope}`, pictures);
}
