import { describe, expect, it } from 'vitest';

import { parseFile, type UploadedFile } from '../api/uploadSets';
import { conflictOf } from './conflicts';
import { namesInSet, newSeed, pictureIdOf } from './identity';
import { Recogniser } from './recognise';
import { Records } from './record';

const SEED = '00112233445566778899aabbccddeeff';

function file(name: string, size = 10, lastModified = 5, webkitRelativePath = ''): File {
  return { name, size, lastModified, webkitRelativePath } as File;
}

function told(name: string, size: number, pictureId: string | null): UploadedFile {
  return parseFile({ file_name: name, size, picture_id: pictureId, state: pictureId === null ? 'refused' : 'waiting' });
}

describe('pictureIdOf', () => {
  it('is a UUID, the same each time, and another for another file or upload', () => {
    const id = pictureIdOf(SEED, file('a.jpg'));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(pictureIdOf(SEED, file('a.jpg', 10, 5, 'card/a.jpg'))).toBe(id);
    const others = [file('b.jpg'), file('a.jpg', 11), file('a.jpg', 10, 6)].map((other) => pictureIdOf(SEED, other));
    expect(new Set([id, pictureIdOf(newSeed(), file('a.jpg')), ...others]).size).toBe(5);
  });
});

describe('namesInSet', () => {
  it('keeps names apart that cameras give in each folder', () => {
    const [one, two, alone] = [file('1.jpg', 1, 1, 'a/1.jpg'), file('1.jpg', 2, 1, 'b/1.jpg'), file('2.jpg')];
    expect([...namesInSet([one, two, alone]).values()]).toEqual(['a_1.jpg', 'b_1.jpg', '2.jpg']);
    expect([...namesInSet([alone], new Set(['2.jpg'])).values()]).toEqual(['2_2.jpg']);
    const same = [file('1.jpg', 1), file('1.jpg', 2), file('1.jpg', 3)];
    expect(new Set(namesInSet(same).values()).size).toBe(3);
  });
});

describe('Recogniser', () => {
  const known = file('IMG_1.jpg', 100, 7);

  it('knows a file by the id of its picture, whatever it is called there', () => {
    const record = told('card_IMG_1.jpg', 100, pictureIdOf(SEED, known));
    const recogniser = new Recogniser([record], SEED);
    expect(recogniser.find(known, 'IMG_1.jpg')).toBe(record);
    expect(recogniser.find(file('IMG_2.jpg', 100, 7), 'IMG_2.jpg')).toBeNull();
  });

  it('knows a copy with another time by name and size, and nothing else by its name alone', () => {
    const record = told('IMG_1.jpg', 100, 'elsewhere');
    const recogniser = new Recogniser([record, told('refused.jpg', 3, null)], SEED);
    expect(recogniser.find(file('IMG_1.jpg', 100, 99), 'IMG_1.jpg')).toBe(record);
    expect(recogniser.find(file('IMG_1.jpg', 101, 7), 'IMG_1.jpg')).toBeNull();
    expect(recogniser.find(file('refused.jpg', 3), 'refused.jpg')?.state).toBe('refused');
  });
});

class Memory {
  readonly values = new Map<string, string>();
  get length(): number {
    return this.values.size;
  }
  key(index: number): string | null {
    return [...this.values.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (value.length > 500) throw new Error('full');
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    this.values.delete(key);
  }
}

describe('Records', () => {
  const record = (id: string, begunAt: number) => ({ id, title: 'A walk', seed: SEED, files: 3, begunAt });

  it('remember unfinished sets, the newest first, until they are forgotten', () => {
    const records = new Records(new Memory());
    records.keep(record('old', 1));
    records.keep(record('new', 2));
    expect(records.unfinished()).toEqual([record('new', 2), record('old', 1)]);
    records.forget('new');
    expect(records.unfinished()).toEqual([record('old', 1)]);
  });

  it('pass over what they did not write, and do without storage', () => {
    const memory = new Memory();
    for (const value of ['', '{', '[]', '{"id":"y","seed":"s"}']) memory.setItem(`flaneur.upload.x`, value);
    expect(new Records(memory).unfinished()).toEqual([]);
    const full = new Records(memory);
    full.keep({ ...record('z', 1), title: 'x'.repeat(600) });
    expect(full.unfinished()).toEqual([]);
    const none = new Records(null);
    none.keep(record('z', 1));
    none.keepPlace('p', '/tus/1');
    expect([none.unfinished(), none.place('p')]).toEqual([[], null]);
  });

  it('remember where a file goes on, for as long as the server does', () => {
    const memory = new Memory();
    const days = (number: number): Records => new Records(memory, () => number * 86_400_000);
    days(0).keepPlace('p', 'https://host/tus/1');
    days(7).tidy();
    expect(days(7).place('p')).toBe('https://host/tus/1');
    days(9).tidy();
    expect(days(9).place('p')).toBeNull();
  });
});

describe('conflictOf', () => {
  it('is told by the reason', () => {
    expect(conflictOf({ reason: 'id_taken', message: 'There is another picture with this `picture_id`' })).toBe('idTaken');
    expect(conflictOf({ reason: 'too_many' })).toBeNull();
    expect(conflictOf({ message: 'There is another picture with this `picture_id`' })).toBeNull();
    expect(conflictOf(null)).toBeNull();
  });
});
