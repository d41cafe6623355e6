import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';

import { NO_FILTERS } from '../filters/filters';
import { parseWalkUrl, type WalkState } from '../url';
import {
  creditHtml,
  creditText,
  embedAddress,
  embedCode,
  geoAddress,
  idAddress,
  josmAddress,
  osmAddress,
  pictureAddress,
  viewAddress,
} from './links';

const ORIGIN = 'https://street.example.org';
const ID = 'b8650662-1ef2-4d6f-8bc3-77f4a2896284';
const OTHER = '01900000-0000-7000-8000-000000000001';
const PLACE = { lat: 48.123456789, lon: -1.5 };
const VIEW = { heading: 81.5, pitch: -2, zoom: 30 };
const MAP = { zoom: 17.25, lat: 48.8, lon: 2.3 };
const STATE: WalkState = {
  focus: 'pic',
  map: MAP,
  picture: ID,
  sequence: null,
  compare: OTHER,
  view: VIEW,
  filters: { ...NO_FILTERS, camera: 'GoPro & "more"', from: '2024-05-31' },
  theme: 'age',
};

/** Every element of a piece of HTML but those that a document has anyway: tag, attributes, text. */
function elements(html: string): { tag: string; attributes: Record<string, string>; text: string }[] {
  const found: { tag: string; attributes: Record<string, string>; text: string }[] = [];
  const visit = (node: DefaultTreeAdapterTypes.Node): string => {
    if (node.nodeName === '#text' && 'value' in node) return node.value;
    if (!('childNodes' in node)) return '';
    const attributes = 'attrs' in node ? Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])) : {};
    const at = found.push({ tag: node.nodeName, attributes, text: '' }) - 1;
    const text = node.childNodes.map(visit).join('');
    found[at] = { tag: node.nodeName, attributes, text };
    return text;
  };
  parse(html).childNodes.forEach(visit);
  return found.filter(({ tag }) => !['html', 'head', 'body'].includes(tag));
}

describe('links within the site', () => {
  it('lead to all of what is seen, and hide none of it from the server', () => {
    const address = new URL(viewAddress(ORIGIN, STATE));
    expect(address.hash).toBe('');
    expect(address.searchParams.get('pic')).toBe(ID);
    expect(address.searchParams.get('xyz')).toBe('81.5/-2/30');
    expect(parseWalkUrl(address)).toEqual(STATE);
  });

  it('lead to the picture alone', () => {
    expect(pictureAddress(ORIGIN, ID)).toBe(`${ORIGIN}/?pic=${ID}`);
  });

  it('lead to what pages of others embed, with a map only if it is asked for', () => {
    const without = new URL(embedAddress(ORIGIN, { picture: ID, view: VIEW, map: null }));
    expect(without.pathname).toBe('/embed');
    expect(parseWalkUrl(without)).toMatchObject({ picture: ID, view: VIEW, map: null, compare: null });
    expect(parseWalkUrl(new URL(embedAddress(ORIGIN, { picture: ID, view: null, map: MAP }))).map).toEqual(MAP);
  });
});

describe('code to embed', () => {
  it('is one frame with the address, a title and a size', () => {
    const address = embedAddress(ORIGIN, { picture: ID, view: VIEW, map: MAP });
    const found = elements(embedCode(address, 'Of "31 May" by <b>&', { width: '100%', height: 450 }));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      tag: 'iframe',
      attributes: { src: address, title: 'Of "31 May" by <b>&', width: '100%', height: '450', loading: 'lazy' },
    });
  });
});

describe('links elsewhere', () => {
  it('give places with six decimals and no needless ones', () => {
    expect(geoAddress(PLACE)).toBe('geo:48.123457,-1.5?z=18');
    expect(osmAddress(PLACE)).toBe('https://www.openstreetmap.org/?mlat=48.123457&mlon=-1.5#map=18/48.123457/-1.5');
    // Never as 1e-7.
    expect(geoAddress({ lat: 0.0000001, lon: -0.0000004 })).toBe('geo:0,0?z=18');
  });

  const at = 'https://www.openstreetmap.org/edit?editor=id#map=19/48.123457/-1.5';

  it('open the picture in iD', () => {
    expect(idAddress({ id: ID, place: PLACE, sequence: OTHER }, true)).toBe(`${at}&photo_overlay=panoramax&photo=panoramax/${ID}`);
  });

  it.each([
    ['not everybody sees', ID, OTHER, false],
    ['is in no sequence', ID, null, true],
    ['has another kind of id', 'a-1', OTHER, true],
  ])('open the place alone if iD cannot know the picture: it %s', (_why, id, sequence, known) => {
    expect(idAddress({ id, place: PLACE, sequence }, known)).toBe(at);
  });

  it('have JOSM load a hundred metres around', () => {
    const { origin, pathname, searchParams } = new URL(josmAddress({ lat: 60, lon: 10 }));
    expect([origin, pathname]).toEqual(['http://127.0.0.1:8111', '/load_and_zoom']);
    const side = (name: string): number => Number(searchParams.get(name));
    expect((side('top') - side('bottom')) * 111_195).toBeCloseTo(120, 0);
    // Degrees of longitude are half as wide there.
    expect((side('right') - side('left')) * 111_195).toBeCloseTo(240, 0);
    expect((side('left') + side('right')) / 2).toBeCloseTo(10, 5);
    expect(Object.fromEntries(searchParams).left).toMatch(/^\d+\.\d{1,6}$/);
  });
});

describe('attribution', () => {
  const credit = {
    who: '© Ada <ada@example.org> & "Co"',
    day: '31 May 2024',
    licence: 'CC-BY-SA-4.0',
    licenceUrl: 'https://creativecommons.org/licenses/by-sa/4.0/',
    address: `${ORIGIN}/?pic=${ID}`,
  };

  it('names author, day, licence and picture', () => {
    expect(creditText(credit)).toBe(
      `© Ada <ada@example.org> & "Co", 31 May 2024, CC-BY-SA-4.0 (https://creativecommons.org/licenses/by-sa/4.0/), ${ORIGIN}/?pic=${ID}`,
    );
  });

  it('links picture and licence in HTML, whatever people are called', () => {
    expect(elements(creditHtml(credit, 'Picture'))).toEqual([
      { tag: 'a', attributes: { href: credit.address }, text: '© Ada <ada@example.org> & "Co", 31 May 2024' },
      { tag: 'a', attributes: { rel: 'license', href: credit.licenceUrl }, text: 'CC-BY-SA-4.0' },
    ]);
  });

  it('leaves out what is not known', () => {
    const bare = { ...credit, who: null, day: null, licence: null, licenceUrl: null };
    expect(creditText(bare)).toBe(bare.address);
    expect(creditHtml(bare, 'Picture')).toBe(`<a href="${bare.address}">Picture</a>`);
    expect(creditText({ ...bare, licence: 'Own terms' })).toBe(`Own terms, ${bare.address}`);
    expect(creditHtml({ ...bare, licence: 'Own <terms>' }, 'Picture')).toContain(', Own &lt;terms&gt;');
  });
});
