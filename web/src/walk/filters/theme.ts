import type { ExpressionSpecification } from 'maplibre-gl';

import { type MessageKey, t } from '../../locales';
import { palette } from '../palette';
import { ACCURACIES, type Theme } from './filters';

/** A colour of the map, and what it stands for. */
export interface LegendEntry {
  readonly colour: string;
  readonly label: string;
}

type Expression = ExpressionSpecification;

const AGES = { month: '#b3003c', year: '#e2572b', twoYears: '#c98a00', older: '#7d8794' };
const TYPES = { flat: '#d9560b', equirectangular: '#00796b' };
/** From the best grade, A, to the last, E. */
const GRADES = ['#00695c', '#4c9a2a', '#a68a00', '#d9730b', '#a8323e'] as const;
/** From five stars to one. */
const STARS = ['#0b4f9e', '#2b83c6', '#3aa7a0', '#b08a2e', '#a8553e'] as const;

/** The day so many months ago, `2024-05-31`. */
function monthsAgo(months: number): string {
  const day = new Date();
  day.setUTCMonth(day.getUTCMonth() - months);
  return day.toISOString().slice(0, 10);
}

/** Times are texts that sort as they follow one another: of sequences a day, of pictures a moment. */
function byAge(unknown: string): Expression {
  const when: Expression = ['to-string', ['coalesce', ['get', 'date'], ['get', 'ts'], '']];
  return [
    'case',
    ['==', when, ''], unknown,
    ['>=', when, monthsAgo(1)], AGES.month,
    ['>=', when, monthsAgo(12)], AGES.year,
    ['>=', when, monthsAgo(24)], AGES.twoYears,
    AGES.older,
  ];
}

const METRES: Expression = ['to-number', ['get', 'gps_accuracy']];
const DENSITY: Expression = ['to-number', ['get', 'h_pixel_density']];

/** One to five stars, as Panoramax viewers give them. */
const STARRED: Expression = [
  'case',
  ['has', 'gps_accuracy'],
  // A centimetre more is one star less.
  ['step', METRES, 5, ...[...ACCURACIES].flatMap(([stars, metres]) => [metres + 0.01, stars - 1])],
  1,
];

/** Grades of sharpness, as Panoramax viewers give them. */
const SHARPNESS: Expression = [
  'case',
  ['!', ['has', 'h_pixel_density']], 1,
  ['==', ['get', 'type'], 'equirectangular'], ['step', DENSITY, 3, 15, 4, 30, 5],
  ['step', DENSITY, 1, 10, 2, 15, 3, 30, 4],
];

/** The grade of a whole: four fifths how sharp it is, one fifth how well it is placed. */
const SCORE: Expression = ['round', ['+', ['*', SHARPNESS, 0.8], ['*', STARRED, 0.2]]];

function graded(value: Expression, colours: readonly string[], unknown: string): Expression {
  const best = colours.length;
  const cases = colours.flatMap((colour, index) => [best - index, colour]);
  // Lines of low zoom levels say nothing of themselves.
  return ['case', ['has', 'type'], ['match', value, ...cases, unknown], unknown] as unknown as Expression;
}

/** The colour of a line or a point. */
export function coverageColour(theme: Theme): string | Expression {
  const { coverage } = palette();
  switch (theme) {
    case 'default':
      return coverage;
    case 'age':
      return byAge(coverage);
    case 'type':
      return ['match', ['get', 'type'], 'flat', TYPES.flat, 'equirectangular', TYPES.equirectangular, coverage];
    case 'score':
      return graded(SCORE, GRADES, coverage);
    case 'gps':
      return graded(STARRED, STARS, coverage);
  }
}

/** What the colours of a theme stand for; of the default there is nothing to say. */
export function legend(theme: Theme): LegendEntry[] {
  const said = (colour: string, key: MessageKey): LegendEntry => ({ colour, label: t(key) });
  switch (theme) {
    case 'default':
      return [];
    case 'age':
      return [
        said(AGES.month, 'filters.age.month'),
        said(AGES.year, 'filters.age.year'),
        said(AGES.twoYears, 'filters.age.twoYears'),
        said(AGES.older, 'filters.age.older'),
      ];
    case 'type':
      return [said(TYPES.flat, 'filters.type.flat'), said(TYPES.equirectangular, 'filters.type.equirectangular')];
    case 'score':
      return ['A', 'B', 'C', 'D', 'E'].map((label, index) => ({ colour: GRADES[index] ?? '', label }));
    case 'gps':
      return [
        said(STARS[0], 'filters.gps.5'),
        said(STARS[1], 'filters.gps.4'),
        said(STARS[2], 'filters.gps.3'),
        said(STARS[3], 'filters.gps.2'),
        said(STARS[4], 'filters.gps.1'),
      ];
  }
}
