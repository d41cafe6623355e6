import { turnBetween } from '../lib/geometry';
import type { View } from './url';

/** How somebody looks at a picture, so that another one can be looked at the same way. */
export interface Glance {
  readonly is360: boolean;
  readonly view: View;
  /** How far before the eye the picture lies, in pixels of the screen: what zoom means for any kind of picture. */
  readonly focal: number;
}

/** What is to be looked at the same way. */
interface Seer {
  readonly is360: boolean;
  /** The zoom at which it lies so far before the eye, as near as it can. */
  zoomOf(focal: number): number;
}

/** The view that shows the same direction of the compass, as large, on something else. */
export function sameLook({ is360, view, focal }: Glance, on: Seer): View {
  return is360 === on.is360 ? view : { ...view, zoom: on.zoomOf(focal) };
}

/** Whither a flat picture was taken, and how many degrees it spans across. */
export interface Extent {
  readonly heading: number;
  readonly span: number;
}

/**
 * The view of a flat picture that shows the part of it which a view of another one shows of that: their edges are reached
 * together, whatever their compasses said.
 */
export function samePart(view: View, of: Extent, on: Extent): View {
  const scale = on.span / of.span;
  return {
    heading: on.heading + turnBetween(of.heading, view.heading) * scale,
    pitch: view.pitch * scale,
    zoom: view.zoom,
  };
}
