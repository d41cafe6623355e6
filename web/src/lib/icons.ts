import { svg } from './dom';

/** Outlines on a 24 × 24 grid. */
const PATHS = {
  account: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6',
  back: 'M15 5l-7 7 7 7',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  blur: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M12 11.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8.5 16.5c.5-2 1.8-3 3.5-3s3 1 3.5 3',
  check: 'M5 13l4 4L19 7',
  close: 'M6 6l12 12M18 6L6 18',
  compare: 'M4 5h6v14H4zM14 5h6v14h-6z',
  download: 'M12 4v11m0 0l-5-5m5 5l5-5M5 20h14',
  edit: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
  find: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
  first: 'M18 5l-7 7 7 7M7 5v14',
  flag: 'M6 21V4h12l-3 4.5 3 4.5H6',
  forward: 'M9 5l7 7-7 7',
  help: 'M9 9a3 3 0 1 1 4 2.8c-.7.3-1 .8-1 1.7M12 17.5v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  home: 'M4 11l8-7 8 7M6 10v10h12V10',
  last: 'M6 5l7 7-7 7M17 5v14',
  locked: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  look: 'M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3',
  minus: 'M5 12h14',
  pause: 'M8 5v14M16 5v14',
  play: 'M8 5l11 7-11 7z',
  plus: 'M5 12h14M12 5v14',
  share: 'M18 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 21.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8.2 10.8l7.6-4.4M8.2 13.2l7.6 4.4',
  slider: 'M4 6h16v12H4zM12 3v18M9.5 10l-2 2 2 2M14.5 10l2 2-2 2',
  swap: 'M7 4L3 8l4 4M3 8h14M17 12l4 4-4 4M21 16H7',
  unlocked: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2',
  upload: 'M12 20V9m0 0l-5 5m5-5l5 5M5 4h14',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture of its own meaning nothing to a screen reader: the control around it carries the label. */
export function icon(name: IconName): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: PATHS[name] }),
  );
}
