/** What the page of statistics says. */
export const enStatistics = {
  'app.statistics': 'Statistics',
  'statistics.title': 'Statistics',
  'statistics.of': 'What {name} has shown',
  'statistics.intro': 'What anybody may see here. It may be a minute old.',
  'statistics.introOf': 'What anybody may see of this contributor.',
  'statistics.pictures': 'Pictures',
  'statistics.panoramas': '{share} show all around',
  'statistics.length': 'Length',
  'statistics.sequences': 'Sequences',
  'statistics.contributors': 'Contributors',
  'statistics.taken': 'When they were taken',
  'statistics.year': 'Year',
  'statistics.month': 'Month',
  'statistics.byMonth': 'Month by month',
  'statistics.nothing': 'There are no pictures to count yet.',
  'statistics.nobody': 'This contributor is not known here.',
  'statistics.map': 'See them on the map',
  'statistics.all': 'Statistics of everybody',
  'statistics.own': 'What others see of yours, in figures',
} as const;

export type StatisticsMessages = Readonly<Record<keyof typeof enStatistics, string>>;
