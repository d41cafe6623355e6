/** Colours of the map, which is drawn on a canvas and so can't use the style sheet's. */
export interface Palette {
  readonly water: string;
  readonly land: string;
  readonly border: string;
  readonly coverage: string;
  readonly coverageStrong: string;
  readonly selected: string;
  readonly halo: string;
  /** Where no pictures are to be, and where alone they are to be. */
  readonly excluded: string;
  readonly allowed: string;
}

const LIGHT: Palette = {
  water: '#d5e3ea',
  land: '#f6f3ec',
  border: '#b9b0a0',
  coverage: '#d9560b',
  coverageStrong: '#8a2f00',
  selected: '#1565c0',
  halo: '#ffffff',
  excluded: '#b3261e',
  allowed: '#2b6e3f',
};

const DARK: Palette = {
  water: '#12181d',
  land: '#23282d',
  border: '#4c545c',
  coverage: '#ff8a3d',
  coverageStrong: '#ffc59b',
  selected: '#64b5f6',
  halo: '#101418',
  excluded: '#ff9c93',
  allowed: '#7fce96',
};

const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');

export function palette(): Palette {
  return darkScheme.matches ? DARK : LIGHT;
}

/** Calls back whenever the reader's system turns light or dark. Answers how to stop that. */
export function onSchemeChange(listener: () => void): () => void {
  darkScheme.addEventListener('change', listener);
  return () => {
    darkScheme.removeEventListener('change', listener);
  };
}
