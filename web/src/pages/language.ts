import { language } from '../locales';

/** What the API takes for the tag of a language. */
const TAG = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?$/;

/** The tag of a language as it is usually written; null if it is none. */
export function tagOf(typed: string): string | null {
  try {
    const tag = Intl.getCanonicalLocales(typed.trim().replace('_', '-'))[0] ?? '';
    return TAG.test(tag) ? tag : null;
  } catch {
    return null;
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function primary(tag: string): string {
  return tag.split('-')[0] ?? tag;
}

/** Which of some languages suits best who wants others, in their order; the first if none does. */
export function bestLanguage(available: readonly string[], wanted: readonly string[]): string | null {
  for (const tag of wanted) {
    const exact = available.find((each) => same(each, tag));
    const general = available.find((each) => same(each, primary(tag)));
    const near = available.find((each) => same(primary(each), primary(tag)));
    const found = exact ?? general ?? near;
    if (found !== undefined) return found;
  }
  return available[0] ?? null;
}

/** The languages of the reader, that of the site first. */
export function readersLanguages(): readonly string[] {
  return [language(), ...navigator.languages];
}

/** What a language is called by those who speak it. */
export function nameOfTag(tag: string): string {
  try {
    const name = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    return tag;
  }
}
