import { describe, expect, it, vi } from 'vitest';

import type { Position } from '../lib/geometry';
import { Drawing, DrawSession } from './drawing';

function drawn(...corners: Position[]): Drawing {
  const drawing = new Drawing();
  for (const corner of corners) expect(drawing.add(corner)).toBeNull();
  return drawing;
}

describe('a drawing', () => {
  it('becomes a closed polygon', () => {
    expect(drawn([0, 0], [1, 0], [1, 1]).close()).toEqual([[[[0, 0], [1, 0], [1, 1], [0, 0]]]]);
  });

  it('takes no corner whose edge would cross another, and stays as it was', () => {
    const drawing = drawn([0, 0], [2, 2], [2, 0]);
    expect(drawing.add([0, 2])).toEqual({ problem: 'crossing', at: [1, 1] });
    expect(drawing.corners).toHaveLength(3);
    expect(drawing.add([3, 1])).toBeNull();
  });

  it('is not closed by an edge that would cross another', () => {
    const drawing = drawn([0, 0], [4, 0], [4, 4], [6, 4], [6, 1]);
    expect(drawing.close()).toMatchObject({ problem: 'crossing' });
  });

  it.each<[Position[], string]>([
    [[], 'few'],
    [[[0, 0]], 'few'],
    [[[0, 0], [1, 1]], 'few'],
    [[[0, 0], [1, 1], [2, 2]], 'flat'],
  ])('of %j encloses nothing', (corners, problem) => {
    expect(drawn(...corners).close()).toMatchObject({ problem });
  });

  it('passes over a corner that repeats the last, and takes the last one back', () => {
    const drawing = drawn([0, 0], [1, 0], [1, 0], [1.000000001, 0]);
    expect(drawing.corners).toEqual([[0, 0], [1, 0]]);
    expect([drawing.back(), drawing.back(), drawing.back()]).toEqual([true, true, false]);
  });

  it('has corners moved, not so that edges would cross', () => {
    const drawing = drawn([0, 0], [2, 0], [2, 2], [0, 2]);
    expect(drawing.move(2, [3, 3.000000001])).toBeNull();
    expect(drawing.corners).toEqual([[0, 0], [2, 0], [3, 3], [0, 2]]);
    expect(drawing.move(3, [1, -1])).toMatchObject({ problem: 'crossing' });
    expect(drawing.corners).toHaveLength(4);
    expect(drawing.move(0, [-359, 1])).toBeNull();
    expect(drawing.corners[0]).toEqual([1, 1]);
  });

  it('goes the short way across the antimeridian, and is cut there', () => {
    const drawing = drawn([179, 0], [-179, 0], [-179, 2], [539, 2]);
    expect(drawing.corners.map(([lon]) => lon)).toEqual([179, 181, 181, 179]);
    expect(drawing.close()).toHaveLength(2);
  });

  it('begins in the one world, wherever the map was turned to', () => {
    expect(drawn([362, 5], [363, 5], [363, 6]).corners).toEqual([[2, 5], [3, 5], [3, 6]]);
  });
});

describe('a session', () => {
  it('tells of what happens to it', () => {
    const events = { onChange: vi.fn(), onRefused: vi.fn(), onClosed: vi.fn(), onGivenUp: vi.fn() };
    const session = new DrawSession(new Drawing(), events);
    session.back();
    expect(events.onChange).not.toHaveBeenCalled();
    session.close();
    expect(events.onRefused).toHaveBeenLastCalledWith({ problem: 'few', at: null });
    expect([[0, 0], [2, 2], [2, 0], [0, 2]].map((corner) => session.place(corner as unknown as Position))).toEqual([true, true, true, false]);
    expect(events.onChange).toHaveBeenCalledTimes(3);
    expect(events.onRefused).toHaveBeenLastCalledWith({ problem: 'crossing', at: [1, 1] });
    session.close();
    expect(events.onClosed).toHaveBeenCalledWith([[[[0, 0], [2, 2], [2, 0], [0, 0]]]]);
    expect(session.move(2, [3, 0])).toBe(true);
    expect(events.onChange).toHaveBeenLastCalledWith([3, 0]);
    session.giveUp();
    expect(events.onGivenUp).toHaveBeenCalledOnce();
  });
});
