import { request, requestText } from './client';
import { isNotFound } from './errors';
import { list, number, object, text } from './json';
import { PAGE_NAMES, type PageName } from './pageNames';

/** Longest text that the API takes, bytes. */
export const LONGEST_PAGE = 256 * 1024;

/** What is written of a page. */
export interface PageSummary {
  readonly name: PageName;
  /** How often it was published. */
  readonly version: number;
  /** Tags of the languages that it is written in. */
  readonly languages: readonly string[];
}

/** The languages of a page out of the API's answer; null if it is of no page that we know. */
export function parsePage(raw: unknown): PageSummary | null {
  const answer = object(raw);
  const name = PAGE_NAMES.find((each) => each === answer.name);
  if (name === undefined) return null;
  const languages = list(answer.languages)
    .map((each) => text(object(each).language))
    .filter((language) => language !== null);
  return { name, version: number(answer['flaneur:version']) ?? 1, languages };
}

function pathOf(name: PageName, language: string): string {
  return `/pages/${name}/${encodeURIComponent(language)}`;
}

/** What is written of a page; null if nothing is. */
export async function getPage(name: PageName, signal?: AbortSignal): Promise<PageSummary | null> {
  try {
    const page = parsePage(await request(`/pages/${name}`, { signal }));
    return page?.languages.length === 0 ? null : page;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** The HTML of a page. */
export async function getPageText(name: PageName, language: string, signal?: AbortSignal): Promise<string> {
  return requestText(pathOf(name, language), signal);
}

/** Writes a page in a language. Answers what is written then. */
export async function savePage(name: PageName, language: string, html: string): Promise<PageSummary | null> {
  return parsePage(await request(pathOf(name, language), { method: 'PUT', html }));
}

export async function deletePage(name: PageName, language: string): Promise<void> {
  await request(pathOf(name, language), { method: 'DELETE' });
}

/** Has everybody read a page again. Answers what is written, with its new version. */
export async function publishPage(name: PageName): Promise<PageSummary | null> {
  return parsePage(await request(`/pages/${name}/publish-change`, { method: 'PUT' }));
}
