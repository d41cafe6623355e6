import type { MessageKey, Messages } from './en';

export type { MessageKey, Messages };
export type Parameters = Readonly<Record<string, string | number>>;

/** Keys that come in plural forms, named without the form. */
type WithoutForm<K> = K extends `${infer Stem}_other` ? Stem : never;
export type PluralKey = WithoutForm<MessageKey>;

const STORAGE_KEY = 'flaneur.language';

/** The languages: one file each, fetched when spoken. */
const files = import.meta.glob<Record<string, Messages>>('./??.ts');
/** Their codes, English first. */
export const languages: readonly string[] = Object.keys(files)
  .map((path) => path.slice(2, 4))
  .sort((a, b) => Number(b === 'en') - Number(a === 'en') || a.localeCompare(b));
/** What each language calls itself. */
export function nameOfLanguage(code: string): string {
  const name = new Intl.DisplayNames(code, { type: 'language' }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

/** The texts; none before {@link speak}. */
let messages = {} as Messages;
let current = 'en';
let plurals = new Intl.PluralRules(current);

/** From now on, texts are these, of the language of this code. */
export function speak(code: string, texts: Messages): void {
  messages = texts;
  current = code;
  plurals = new Intl.PluralRules(code);
}

/** The first language wanted that we have, as two letters; English when there is none. */
export function chooseLanguage(wanted: readonly (string | null)[], available: readonly string[]): string {
  for (const tag of wanted) {
    const code = tag?.slice(0, 2).toLowerCase();
    if (code !== undefined && available.includes(code)) return code;
  }
  return 'en';
}

/** Puts values into the `{name}` places of a text. Values stay as they are, braces and all. */
export function interpolate(template: string, parameters: Parameters): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = parameters[name];
    return value === undefined ? place : typeof value === 'number' ? formatNumber(value) : value;
  });
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // storage may be switched off
  }
}

/** Loads the reader's language. To be awaited before anything is drawn. */
export async function loadLanguage(): Promise<void> {
  const code = chooseLanguage([stored(), ...navigator.languages], languages);
  const texts = (await files[`./${code}.ts`]?.())?.[code];
  if (texts === undefined) throw new Error(`there are no texts in ${code}`);
  speak(code, texts);
  document.documentElement.lang = current;
}

/** Keeps the choice for the next visit and starts the page again in that language. */
export function switchLanguage(code: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, code);
  } catch {
    return;
  }
  location.reload();
}

/** Two-letter code of the language spoken. */
export function language(): string {
  return current;
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(current).format(value);
}

/** These words as one text: “published, edited and hidden”. */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat(current, { type: 'conjunction' }).format(words);
}

/** The text of `key`. */
export function t(key: MessageKey, parameters: Parameters = {}): string {
  return interpolate(messages[key], parameters);
}

/** The text of `key` before and after one of its values, which is an element. */
export function around(key: MessageKey, value: string): readonly [string, string] {
  const [before = '', after = ''] = messages[key].split(`{${value}}`);
  return [before, after];
}

/** The text of `key` in the plural form that `count` takes. */
export function plural(key: PluralKey, count: number, parameters: Parameters = {}): string {
  const form = plurals.select(count);
  const exact = `${key}_${form}`;
  const found = exact in messages ? (exact as MessageKey) : (`${key}_other` as MessageKey);
  return t(found, { ...parameters, count });
}
