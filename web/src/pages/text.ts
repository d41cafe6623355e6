import '../styles/pages.css';

import { h } from '../lib/dom';
import { harmless, type Part } from './harmless';

function nodeOf(part: Part): Node {
  if (typeof part === 'string') return document.createTextNode(part);
  const element = document.createElement(part.tag);
  for (const [name, value] of part.attributes) element.setAttribute(name, value);
  element.append(...part.children.map(nodeOf));
  return element;
}

export interface PageText {
  readonly element: HTMLElement;
  /** Whether it begins with a heading of its own. */
  readonly hasTitle: boolean;
  /** What is not shown of it. */
  readonly leftOut: readonly string[];
}

/** A text that somebody wrote as HTML. It is parsed where nothing runs, and only what is harmless is made anew of it. */
export function pageText(html: string, language: string, headings = true): PageText {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  const { parts, leftOut } = harmless(body.childNodes, location.origin, headings);
  const element = h('div', { class: 'page-text', lang: language, dir: 'auto' });
  element.append(...parts.map(nodeOf));
  return { element, hasTitle: element.querySelector(':scope h1') !== null, leftOut };
}
