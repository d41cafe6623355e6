import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

/** Packages whose files are shipped as they are and so never show up as modules of a chunk. */
const SHIPPED_AS_FILES = ['world-atlas'];

/** Name of the package a module belongs to, or null for our own code. */
function packageOf(moduleId: string): string | null {
  const found = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(moduleId.replace(/\0/g, ''));
  return found?.[1]?.replace('\\', '/') ?? null;
}

function notice(root: string, name: string): string {
  const folder = join(root, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license?: string;
  };
  const licenceFile = [folder, join(folder, 'dist')]
    .filter((candidate) => existsSync(candidate))
    .flatMap((candidate) => readdirSync(candidate).map((file) => join(candidate, file)))
    .find((file) => /[\\/]licen[cs]e(\.(md|txt))?$/i.test(file));
  const text = licenceFile === undefined ? '' : `\n\n${readFileSync(licenceFile, 'utf8').trim()}`;
  return `${name} ${manifest.version} (${manifest.license ?? 'licence not stated'})${text}`;
}

/** Writes `THIRD-PARTY.txt` beside the site: every bundled package with its version and the text of its licence. */
export function thirdPartyNotices(root: string): Plugin {
  return {
    name: 'third-party-notices',
    apply: 'build',
    generateBundle(_options, bundle) {
      const packages = new Set(SHIPPED_AS_FILES);
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        for (const id of output.moduleIds) {
          const name = packageOf(id);
          if (name !== null && existsSync(join(root, 'node_modules', name, 'package.json'))) packages.add(name);
        }
      }
      const rule = `\n\n${'-'.repeat(78)}\n\n`;
      const source = [...packages]
        .sort()
        .map((name) => notice(root, name))
        .join(rule);
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY.txt', source: `${source}\n` });
    },
  };
}
