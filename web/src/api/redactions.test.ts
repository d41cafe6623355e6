import { describe, expect, it } from 'vitest';

import { freshAddress, renewPicture } from './pictures';
import { parseRedactions } from './redactions';

describe('parseRedactions', () => {
  it('reads what is blurred, and what became of a request', () => {
    const parsed = parseRedactions({
      width: 4000,
      height: 2000,
      redactions: [
        { id: 'a', origin: 'detected', class: 'face', state: 'done', undoable: true, regions: [{ box: [1, 2, 3, 4] }] },
        {
          id: 'b',
          origin: 'drawn',
          class: 'cat',
          state: 'done',
          regions: [{ polygon: [[0, 0], [1, 0], [1, 1]] }, { polygon: [[0, 0]] }, { box: [1] }, null],
          undo: { state: 'rejected', reason: 'mine', answer: 'a real face' },
        },
        { id: 'c', state: 'unheard of' },
        'x',
      ],
    });
    expect(parsed.redactions.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(parsed).toMatchObject({
      width: 4000,
      redactions: [
        { drawn: false, class: 'face', undoable: true, undo: null, regions: [{ box: [1, 2, 3, 4] }] },
        { drawn: true, class: 'other', undoable: false, undo: { state: 'rejected', answer: 'a real face' } },
      ],
    });
    expect(parsed.redactions[1]?.regions).toEqual([{ polygon: [[0, 0], [1, 0], [1, 1]] }]);
  });

  it('survives nonsense', () => {
    expect(parseRedactions(null)).toEqual({ width: 0, height: 0, redactions: [] });
  });
});

describe('a picture that was published anew', () => {
  it('has other addresses than the browser knows', () => {
    const address = 'https://pictures.invalid/api/p1/hd.jpg';
    expect(freshAddress('p1', address)).toBe(address);
    renewPicture('p1');
    expect(freshAddress('p1', address)).toBe(`${address}?again=1`);
    renewPicture('p1');
    expect(freshAddress('p1', `${address}?x`)).toBe(`${address}?x&again=2`);
    expect(freshAddress('p2', address)).toBe(address);
  });
});
