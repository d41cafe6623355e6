import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

import type { Plugin } from 'vite';

/** Most that readers wait for before anything is drawn: bytes of script, as they are before packing. */
export const BUDGET = 250_000;
/** What is drawn first: the document and the page at its address, in one language, the largest. */
const DOCUMENT = /\/index\.html$/;
const PAGE = /\/src\/walk\/page\.ts$/;
const LANGUAGE = /\/src\/locales\/..\.ts$/;
/** How many modules a message names. */
const NAMED = 8;

/** What is asked of a file of scripts. */
export interface Chunk {
  readonly fileName: string;
  readonly code: string;
  /** The module that it was made for. */
  readonly facadeModuleId: string | null;
  /** Files that are loaded before it runs. */
  readonly imports: readonly string[];
  /** Its modules, with the bytes of each before the whole is made small. */
  readonly modules: Readonly<Record<string, { readonly renderedLength: number }>>;
}

/** Bytes of each module. */
export type Sizes = Readonly<Record<string, number>>;

export interface FirstView {
  readonly bytes: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly modules: Sizes;
}

const bytesOf = ({ code }: Chunk): number => Buffer.byteLength(code);

/**
 * What is loaded before the first viewer.
 *
 * @throws {Error} when there is no such document or page any more, for then nothing would be measured.
 */
export function firstView(chunks: readonly Chunk[], root: string): FirstView {
  const named = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const made = (pattern: RegExp): Chunk[] => chunks.filter(({ facadeModuleId }) => pattern.test(facadeModuleId ?? ''));
  const [entry] = made(DOCUMENT);
  const [page] = made(PAGE);
  if (entry === undefined || page === undefined) {
    throw new Error('scripts/firstView.ts looks for index.html and src/walk/page.ts as entries of their own; say there where the first view is now');
  }
  const [language] = made(LANGUAGE).sort((a, b) => bytesOf(b) - bytesOf(a));
  const loaded = new Set<Chunk>();
  const load = (chunk: Chunk | undefined): void => {
    if (chunk === undefined || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const name of chunk.imports) load(named.get(name));
  };
  for (const chunk of [entry, page, language]) load(chunk);
  const files = [...loaded].map((chunk) => ({ name: chunk.fileName, bytes: bytesOf(chunk) })).sort((a, b) => b.bytes - a.bytes);
  const modules = [...loaded].flatMap((chunk) =>
    Object.entries(chunk.modules)
      .filter(([, { renderedLength }]) => renderedLength > 0)
      .map(([id, { renderedLength }]) => [relative(root, id.replace(/^\0/, '')), renderedLength] as const),
  );
  return { bytes: files.reduce((sum, file) => sum + file.bytes, 0), files, modules: Object.fromEntries(modules.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

/** Null if the first view is small enough; else what is to be said of it, with what grew since `before`. */
export function complaint(view: FirstView, before: Sizes, budget: number = BUDGET): string | null {
  if (view.bytes <= budget) return null;
  const grown = Object.entries(view.modules)
    .map(([name, bytes]) => ({ name, bytes, more: bytes - (before[name] ?? 0) }))
    .filter(({ more }) => more > 0)
    .sort((a, b) => b.more - a.more)
    .slice(0, NAMED)
    .map(({ name, bytes, more }) => `  ${name}: ${kilobytes(more)} more${name in before ? `, ${kilobytes(bytes)} in all` : ', new'}`);
  return [
    `the first view loads ${kilobytes(view.bytes)} of script, which may be ${kilobytes(budget)} at most:`,
    ...view.files.map(({ name, bytes }) => `  ${name}: ${kilobytes(bytes)}`),
    'grown since web/scripts/firstView.json was written (bytes before minifying):',
    ...(grown.length > 0 ? grown : ['  nothing']),
    'Load what is rare with import(), or keep it out of the group `common` in vite.config.ts.',
  ].join('\n');
}

/** Ends the build when the first view's script grew too large. */
export function firstViewBudget(root: string): Plugin {
  const record = new URL('firstView.json', import.meta.url);
  return {
    name: 'first-view-budget',
    apply: 'build',
    generateBundle: {
      // Among the last: what is loaded ahead is written into the files at the end.
      order: 'post',
      handler(_options, bundle) {
        const view = firstView(Object.values(bundle).filter((output) => output.type === 'chunk'), root);
        if (process.env.FLANEUR_WRITE_FIRST_VIEW !== undefined) writeFileSync(record, `${JSON.stringify(view.modules, null, 2)}\n`);
        const trouble = complaint(view, JSON.parse(readFileSync(record, 'utf8')) as Sizes);
        if (trouble !== null) this.error(trouble);
        this.info(`the first view loads ${kilobytes(view.bytes)} of script, of ${kilobytes(BUDGET)}`);
      },
    },
  };
}
