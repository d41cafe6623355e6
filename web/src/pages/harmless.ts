/** What is looked at of a parsed document: the nodes of the browser have it all. */
export interface Source {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly childNodes: Iterable<Source>;
  readonly localName?: string;
  readonly namespaceURI?: string | null;
  readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
}

/** A text, or an element that may be shown. */
export type Part = string | Piece;
export interface Piece {
  readonly tag: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly children: readonly Part[];
}

export interface Harmless {
  readonly parts: readonly Part[];
  /** Names of the elements and attributes that are not among them. */
  readonly leftOut: readonly string[];
}

const ELEMENT = 1;
const TEXT = 3;
const HTML = 'http://www.w3.org/1999/xhtml';

/** Elements that say what a text is made of. */
const ALLOWED = new Set(
  ['a abbr article aside b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl dt em',
    'figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li mark nav ol p pre q rp rt ruby s samp',
    'small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr'].join(' ').split(' '),
);

/** Elements of which nothing is a text for people. All others that are not allowed leave what is in them. */
const DROPPED = new Set(
  ['script style template noscript iframe frame frameset object embed applet noembed noframes svg math canvas audio video',
    'textarea select option datalist button input title head link meta base'].join(' ').split(' '),
);

const EVERYWHERE = new Set(['lang', 'title', 'dir']);
const SOMEWHERE: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'hreflang'],
  img: ['src', 'alt', 'width', 'height'],
  ol: ['start', 'reversed'],
  li: ['value'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan', 'scope'],
  col: ['span'],
  colgroup: ['span'],
  time: ['datetime'],
  data: ['value'],
};

const SCHEMES = new Set(['https:', 'http:', 'mailto:', 'tel:']);
/** Attributes that say how a link is followed: that is decided here, and nobody misses them. */
const UNMISSED = new Set(['rel', 'target']);

/** Where a link may lead; null for what is none. */
export function safeLink(value: string, origin: string): string | null {
  // There is nothing within a page to go to.
  if (value.trim().startsWith('#')) return null;
  if (!URL.canParse(value, `${origin}/pages/`)) return null;
  const url = new URL(value, `${origin}/pages/`);
  return SCHEMES.has(url.protocol) ? url.href : null;
}

/** Where a picture may come from: nothing of another host is loaded. */
export function safeImage(value: string, origin: string): string | null {
  const address = safeLink(value, origin);
  return address !== null && new URL(address).origin === origin ? address : null;
}

class Walker {
  readonly leftOut = new Set<string>();

  constructor(
    private readonly origin: string,
    private readonly headings: boolean,
  ) {}

  walk(nodes: Iterable<Source>): Part[] {
    return [...nodes].flatMap((node) => this.look(node));
  }

  private look(node: Source): Part[] {
    if (node.nodeType === TEXT) return [node.nodeValue ?? ''];
    if (node.nodeType !== ELEMENT) return [];
    const tag = node.localName ?? '';
    if (node.namespaceURI !== HTML || DROPPED.has(tag)) {
      this.leftOut.add(tag);
      return [];
    }
    if (!ALLOWED.has(tag)) {
      this.leftOut.add(tag);
      return this.walk(node.childNodes);
    }
    const attributes = [...(node.attributes ?? [])].flatMap(({ name, value }) => this.attribute(tag, name, value));
    if (tag === 'img' && !attributes.some(([name]) => name === 'src')) {
      return attributes.filter(([name]) => name === 'alt').map(([, alt]) => alt);
    }
    if (attributes.some(([name]) => name === 'href')) attributes.push(['rel', 'noopener noreferrer']);
    const shown = !this.headings && /^h\d$/.test(tag) ? 'p' : tag;
    return [{ tag: shown, attributes, children: this.walk(node.childNodes) }];
  }

  private attribute(tag: string, name: string, value: string): (readonly [string, string])[] {
    const known = EVERYWHERE.has(name) || SOMEWHERE[tag]?.includes(name) === true;
    const safe = known ? this.valueOf(name, value) : null;
    if (safe !== null) return [[name, safe]];
    if (!UNMISSED.has(name)) this.leftOut.add(name === 'src' ? `${tag} ${name}` : name);
    return [];
  }

  private valueOf(name: string, value: string): string | null {
    if (name === 'href') return safeLink(value, this.origin);
    return name === 'src' ? safeImage(value, this.origin) : value;
  }
}

/**
 * What may be shown of a document that somebody wrote: text, and what it is made of. Nothing in it runs, looks like a
 * part of the site, or reaches another host before somebody follows a link. `headings`: whether they stay headings.
 */
export function harmless(nodes: Iterable<Source>, origin: string, headings = true): Harmless {
  const walker = new Walker(origin, headings);
  return { parts: walker.walk(nodes), leftOut: [...walker.leftOut] };
}
