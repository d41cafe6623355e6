import { getUsage, share, type Usage } from '../api/usage';
import { type Child, h } from '../lib/dom';
import { formatBytes } from '../lib/time';
import { language, plural, t } from '../locales';
import { Section } from './section';

/** From this share on whoever uploads is told how much room there is. */
const NEARLY_FULL = 0.9;

const inBytes = (bytes: number): string => formatBytes(bytes, language());

/** What is there, and of how much. */
function sentences({ pictures, bytes, mostPictures, mostBytes }: Usage): readonly string[] {
  const has = plural('account.usage.has', pictures, { size: inBytes(bytes) });
  return [
    has,
    ...(mostPictures === null ? [] : [plural('account.usage.mostPictures', mostPictures)]),
    ...(mostBytes === null ? [] : [t('account.usage.mostBytes', { size: inBytes(mostBytes) })]),
  ];
}

/** A bar of what an account has of what it may have; nothing where that is not limited. */
function bar(usage: Usage): HTMLElement | null {
  if (usage.mostPictures === null && usage.mostBytes === null) return null;
  return h('progress', {
    max: 1,
    value: Math.min(1, share(usage)),
    'aria-label': t('account.usage.bar'),
    'data-testid': 'usage-bar',
  });
}

/** How much somebody has here, and may have. */
export class UsageSection extends Section {
  constructor(signal: AbortSignal) {
    super('usage', t('account.usage'), t('account.usage.intro'), signal);
  }

  protected async fetch(): Promise<Child[]> {
    const usage = await getUsage(this.signal);
    return [bar(usage), h('p', { 'data-testid': 'usage' }, sentences(usage).join(' '))];
  }
}

/** What to tell whoever is about to upload: that there is little room left, or none. */
export async function roomNotice(): Promise<HTMLElement | null> {
  // Where it is not known, the server says so of the files that it does not take.
  const usage = await getUsage().catch(() => null);
  if (usage === null || share(usage) < NEARLY_FULL) return null;
  const full = share(usage) >= 1;
  return h(
    'div',
    { class: 'quiet-notice', role: full ? 'alert' : 'status', 'data-testid': 'upload-room' },
    h('p', {}, [t(full ? 'error.quota' : 'upload.nearlyFull'), ...sentences(usage)].join(' ')),
    bar(usage),
    h('p', {}, h('a', { href: '/pictures' }, t('upload.makeRoom'))),
  );
}
