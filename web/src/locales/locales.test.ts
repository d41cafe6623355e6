import { describe, expect, it } from 'vitest';

import { en, type Messages } from './en';
import { chooseLanguage, interpolate, languages, plural, t } from './index';

const files = import.meta.glob<Record<string, Messages>>('./??.ts', { eager: true });
const translations = Object.entries(files).map(([path, module]) => {
  const code = path.slice(2, 4);
  return [code, module[code]] as const;
});

function places(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}

describe('languages', () => {
  it('are at least English and French', () => {
    expect(languages).toEqual(expect.arrayContaining(['en', 'fr']));
  });

  it.each(translations)('%s has every text and no other', (_code, messages) => {
    expect(Object.keys(messages ?? {}).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(translations)('%s leaves no text empty and keeps the values in place', (_code, messages) => {
    for (const [key, text] of Object.entries(en)) {
      const translated = messages?.[key as keyof Messages] ?? '';
      expect(translated.trim(), key).not.toBe('');
      expect(places(translated), key).toEqual(places(text));
    }
  });

  it('has both forms of every plural', () => {
    const stems = (form: string): string[] =>
      Object.keys(en).filter((key) => key.endsWith(form)).map((key) => key.slice(0, -form.length));
    expect(stems('_one').sort()).toEqual(stems('_other').sort());
  });
});

describe('texts', () => {
  it('take values as they are', () => {
    expect(t('walk.author', { name: '{name} <b>' })).toBe('By {name} <b>');
    expect(interpolate('{a} {b}', { a: 1234 })).toBe('1,234 {b}');
  });

  it('come in plural forms', () => {
    expect(plural('upload.start', 1)).toBe('Upload 1 picture');
    expect(plural('upload.start', 0)).toBe('Upload 0 pictures');
    expect(plural('upload.start', 2000)).toBe('Upload 2,000 pictures');
  });
});

describe('chooseLanguage', () => {
  it('takes the first that we have', () => {
    expect(chooseLanguage([null, 'de-DE', 'FR-ca', 'en'], ['en', 'fr'])).toBe('fr');
    expect(chooseLanguage(['xx'], ['en', 'fr'])).toBe('en');
  });
});
