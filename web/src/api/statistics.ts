import { request } from './client';
import { list, number, object, text } from './json';

/** Sequences that begin in one month, or one year. */
export interface Period {
  /** `2024-05`, or `2024`. */
  readonly name: string;
  readonly pictures: number;
  readonly sequences: number;
  readonly kilometres: number;
}

/** How much anybody may see. */
export interface Statistics {
  readonly pictures: number;
  readonly panoramas: number;
  readonly sequences: number;
  readonly kilometres: number;
  readonly contributors: number;
  /** The earliest first; months in which nothing was taken are left out. */
  readonly months: readonly Period[];
}

function parseMonth(raw: unknown): Period[] {
  const month = object(raw);
  const name = text(month.month);
  if (name === null || !/^\d{4}-\d{2}$/.test(name)) return [];
  return [{ name, pictures: number(month.pictures) ?? 0, sequences: number(month.sequences) ?? 0, kilometres: number(month.length_km) ?? 0 }];
}

/** Statistics out of the API's answer. */
export function parseStatistics(raw: unknown): Statistics {
  const answer = object(raw);
  const count = (name: string): number => number(answer[name]) ?? 0;
  return {
    pictures: count('pictures'),
    panoramas: count('panoramas'),
    sequences: count('sequences'),
    kilometres: count('length_km'),
    contributors: count('contributors'),
    months: list(answer.months).flatMap(parseMonth),
  };
}

/** How much anybody may see, of one account or of all. */
export async function getStatistics(account: string | null): Promise<Statistics> {
  return parseStatistics(await request(account === null ? '/stats' : `/users/${encodeURIComponent(account)}/stats`));
}
