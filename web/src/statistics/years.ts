import type { Period } from '../api/statistics';

/** Months summed up by year, the latest first. */
export function byYear(months: readonly Period[]): Period[] {
  const years = new Map<string, Period>();
  for (const { name, pictures, sequences, kilometres } of months) {
    const year = name.slice(0, 4);
    const sum = years.get(year) ?? { name: year, pictures: 0, sequences: 0, kilometres: 0 };
    years.set(year, {
      name: year,
      pictures: sum.pictures + pictures,
      sequences: sum.sequences + sequences,
      kilometres: sum.kilometres + kilometres,
    });
  }
  return [...years.values()].sort((a, b) => b.name.localeCompare(a.name));
}
