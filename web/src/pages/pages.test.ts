import { describe, expect, it } from 'vitest';

import { hashOf } from './banner';
import { bestLanguage, nameOfTag, tagOf } from './language';
import { addressOf, titleOf, writingAddressOf } from './words';

describe('tagOf', () => {
  it.each([
    ['fr', 'fr'],
    [' FR ', 'fr'],
    ['pt-br', 'pt-BR'],
    ['pt_BR', 'pt-BR'],
    ['zh-hant', 'zh-Hant'],
    ['gsw', 'gsw'],
    ['', null],
    ['x', null],
    ['french', null],
    ['zh-Hant-TW', null],
    ['../fr', null],
    ['fr?x', null],
  ])('%j is %j', (typed, tag) => {
    expect(tagOf(typed)).toBe(tag);
  });
});

describe('bestLanguage', () => {
  it.each([
    [['en', 'fr'], ['fr', 'en'], 'fr'],
    [['en', 'fr'], ['fr-CA'], 'fr'],
    [['en', 'pt-BR', 'pt'], ['pt-br'], 'pt-BR'],
    [['en', 'pt-BR', 'pt'], ['pt-PT'], 'pt'],
    [['en', 'pt-BR'], ['pt'], 'pt-BR'],
    [['de', 'it'], ['en', 'it-CH'], 'it'],
    [['de', 'it'], ['en'], 'de'],
    [[], ['en'], null],
  ])('of %j for %j is %j', (available, wanted, best) => {
    expect(bestLanguage(available, wanted)).toBe(best);
  });

  it('has a name, whatever the tag', () => {
    expect(nameOfTag('fr')).toBe('Français');
    expect(nameOfTag('en-ab1')).toBe('en-ab1');
  });
});

describe('words', () => {
  it('name a page and where it is', () => {
    expect(titleOf('terms-of-service')).toBe('Terms of service');
    expect(addressOf('terms-of-service')).toBe('/pages/terms-of-service');
    expect(addressOf('terms-of-service', 'pt-BR')).toBe('/pages/terms-of-service?lang=pt-BR');
    expect(writingAddressOf('custom-banner')).toBe('/pages/custom-banner?edit');
    expect(writingAddressOf('custom-banner', 'fr')).toBe('/pages/custom-banner?edit=fr');
  });
});

describe('hashOf', () => {
  it('differs between texts', () => {
    expect(hashOf('<p>a</p>')).toBe(hashOf('<p>a</p>'));
    expect(hashOf('<p>a</p>')).not.toBe(hashOf('<p>b</p>'));
    expect(hashOf('')).toBe('811c9dc5-0');
  });
});
