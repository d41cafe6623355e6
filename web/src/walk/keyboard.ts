import { isActivatable, isTyping } from '../lib/dom';

/** What a key asks for. */
export type Command =
  | 'turnLeft'
  | 'turnRight'
  | 'ahead'
  | 'back'
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'play'
  | 'faster'
  | 'slower'
  | 'zoomIn'
  | 'zoomOut'
  | 'swap'
  | 'older'
  | 'newer'
  | 'compare'
  | 'blur'
  | 'edit'
  | 'report'
  | 'share'
  | 'filter'
  | 'find'
  | 'escape'
  | 'help';

const KEYS: ReadonlyMap<string, Command> = new Map([
  ['ArrowLeft', 'turnLeft'],
  ['ArrowRight', 'turnRight'],
  ['ArrowUp', 'ahead'],
  ['ArrowDown', 'back'],
  ['PageUp', 'next'],
  ['PageDown', 'previous'],
  ['Home', 'first'],
  ['End', 'last'],
  [' ', 'play'],
  ['.', 'faster'],
  ['>', 'faster'],
  [',', 'slower'],
  ['<', 'slower'],
  ['+', 'zoomIn'],
  ['=', 'zoomIn'],
  ['-', 'zoomOut'],
  ['m', 'swap'],
  ['M', 'swap'],
  ['[', 'older'],
  [']', 'newer'],
  ['c', 'compare'],
  ['C', 'compare'],
  ['b', 'blur'],
  ['B', 'blur'],
  ['e', 'edit'],
  ['E', 'edit'],
  ['r', 'report'],
  ['R', 'report'],
  ['s', 'share'],
  ['S', 'share'],
  ['f', 'filter'],
  ['F', 'filter'],
  ['/', 'find'],
  ['Escape', 'escape'],
  ['?', 'help'],
]);

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** The command of a key, or null for keys that are not ours. */
export function commandOf(event: KeyPress): Command | null {
  // On many keyboards brackets are made with AltGr, which some browsers tell as Ctrl and Alt, or with Option.
  const made = event.altKey && (event.key === '[' || event.key === ']');
  if (event.metaKey || (!made && (event.ctrlKey || event.altKey))) return null;
  return KEYS.get(event.key) ?? null;
}

/** Carries out keys pressed anywhere on the page; `run` says whether it made use of one. Answers how to stop. */
export function listenToKeys(run: (command: Command, inMap: boolean) => boolean): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const command = commandOf(event);
    if (command === null || (command === 'play' && isActivatable(event.target))) return;
    const inMap = event.target instanceof Element && event.target.closest('.map') !== null;
    if (run(command, inMap)) event.preventDefault();
  };
  document.addEventListener('keydown', onKey);
  return () => {
    document.removeEventListener('keydown', onKey);
  };
}
