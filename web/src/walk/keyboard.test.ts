import { describe, expect, it } from 'vitest';

import { commandOf } from './keyboard';

const press = (key: string, held: Partial<{ ctrlKey: boolean; metaKey: boolean; altKey: boolean }> = {}) =>
  commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

describe('keys', () => {
  it.each([
    ['ArrowLeft', 'turnLeft'], ['ArrowRight', 'turnRight'], ['ArrowUp', 'ahead'], ['ArrowDown', 'back'],
    ['PageUp', 'next'], ['PageDown', 'previous'], [' ', 'play'], ['+', 'zoomIn'], ['-', 'zoomOut'],
    ['m', 'swap'], ['[', 'older'], [']', 'newer'], ['c', 'compare'], ['b', 'blur'], ['e', 'edit'], ['r', 'report'], ['Escape', 'escape'], ['?', 'help'],
  ])('%s means %s', (key, command) => {
    expect(press(key)).toBe(command);
  });

  it('may be made with AltGr or Option where a keyboard has brackets so', () => {
    expect(press('[', { ctrlKey: true, altKey: true })).toBe('older');
    expect(press(']', { altKey: true })).toBe('newer');
  });

  it('leave the browser its own', () => {
    expect(press('ArrowLeft', { altKey: true })).toBeNull();
    expect(press('+', { ctrlKey: true })).toBeNull();
    expect(press('m', { metaKey: true })).toBeNull();
    expect(press('[', { metaKey: true })).toBeNull();
    expect(press(']', { ctrlKey: true })).toBeNull();
    expect(press('c', { ctrlKey: true })).toBeNull();
    expect(press('x')).toBeNull();
    expect(press('toString')).toBeNull();
  });
});
