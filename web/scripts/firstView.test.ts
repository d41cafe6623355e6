import { describe, expect, it } from 'vitest';

import { type Chunk, complaint, firstView } from './firstView';

const ROOT = '/site';

function chunk(fileName: string, bytes: number, made: string | null, imports: readonly string[] = [], modules: Record<string, number> = {}): Chunk {
  const rendered = Object.entries(modules).map(([name, renderedLength]) => [`${ROOT}/${name}`, { renderedLength }] as const);
  return { fileName, code: 'x'.repeat(bytes), facadeModuleId: made === null ? null : `${ROOT}/${made}`, imports, modules: Object.fromEntries(rendered) };
}

const SITE = [
  chunk('index.js', 10, 'index.html', ['common.js'], { 'src/main.ts': 12 }),
  chunk('common.js', 100, null, [], { 'src/lib/dom.ts': 90, 'src/lib/icons.ts': 30 }),
  chunk('walk.js', 50, 'src/walk/page.ts', ['common.js', 'shared.js'], { 'src/walk/page.ts': 60 }),
  chunk('shared.js', 5, null, ['common.js'], { 'src/walk/url.ts': 6, 'src/styles/walk.css': 0 }),
  chunk('sphere.js', 10_000, 'src/walk/sphereSurface.ts', ['shared.js']),
  chunk('embed.js', 1_000, 'embed.html', ['common.js']),
  chunk('de.js', 20, 'src/locales/de.ts', [], { 'src/locales/de.ts': 22 }),
  chunk('fr.js', 30, 'src/locales/fr.ts', ['common.js'], { 'src/locales/fr.ts': 33 }),
];

describe('the first view', () => {
  it('is document, page and the largest language with what they load, each once', () => {
    const view = firstView(SITE, ROOT);
    expect(view.files.map(({ name }) => name)).toEqual(['common.js', 'walk.js', 'fr.js', 'index.js', 'shared.js']);
    expect(view.bytes).toBe(195);
    expect(view.modules).toEqual({
      'src/lib/dom.ts': 90,
      'src/lib/icons.ts': 30,
      'src/locales/fr.ts': 33,
      'src/main.ts': 12,
      'src/walk/page.ts': 60,
      'src/walk/url.ts': 6,
    });
  });

  it('is not taken for small because it is not found', () => {
    for (const missing of ['index.js', 'walk.js']) {
      expect(() => firstView(SITE.filter(({ fileName }) => fileName !== missing), ROOT)).toThrow('say there where');
    }
  });

  it('may be as large as the budget and no larger', () => {
    const view = firstView(SITE, ROOT);
    expect(complaint(view, {}, 195)).toBeNull();
    expect(complaint(view, {}, 194)).not.toBeNull();
  });

  it('is told of by what grew, the most first', () => {
    const view = firstView(SITE, ROOT);
    const before = { ...view.modules, 'src/walk/page.ts': 20, 'src/lib/dom.ts': 100 };
    const known = Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'src/lib/icons.ts'));
    const said = complaint(view, known, 100)?.split('\n') ?? [];
    expect(said[0]).toBe('the first view loads 0.2 kB of script, which may be 0.1 kB at most:');
    const grown = said.slice(said.findIndex((line) => line.startsWith('grown')) + 1, -1);
    expect(grown).toEqual(['  src/walk/page.ts: 0.0 kB more, 0.1 kB in all', '  src/lib/icons.ts: 0.0 kB more, new']);
  });
});
