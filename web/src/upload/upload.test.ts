import { afterEach, describe, expect, it, vi } from 'vitest';

import type { UploadedFile } from '../api/uploadSets';
import { retryAfter } from './answers';
import { MAX_FILE_BYTES, sortFiles } from './files';
import { FileList, PAGE_FILES, publish } from './publishing';
import { reasonKey, refusalText } from './reasons';

function file(name: string, type = '', size = 10): File {
  return { name, type, size } as File;
}

describe('sortFiles', () => {
  it('parts pictures from the rest', () => {
    const sorted = sortFiles([
      file('a.jpg', 'image/jpeg'),
      file('b.JPEG'),
      file('c.png', 'image/png'),
      file('d.HEIC'),
      file('e.gif', 'image/gif'),
      file('fake.jpg', 'text/html'),
      file('empty.jpg', 'image/jpeg', 0),
      file('huge.jpg', 'image/jpeg', MAX_FILE_BYTES + 1),
      file('.DS_Store'),
      file('Thumbs.db'),
    ]);
    expect(sorted.pictures.map(({ name }) => name)).toEqual(['a.jpg', 'b.JPEG', 'c.png', 'd.HEIC']);
    expect(sorted.otherType.map(({ name }) => name)).toEqual(['e.gif', 'fake.jpg']);
    expect(sorted.wrongSize.map(({ name }) => name)).toEqual(['empty.jpg', 'huge.jpg']);
  });
});

describe('reasons', () => {
  it('say in our words what is missing', () => {
    const body = { message: 'Impossible', details: { missing_fields: ['datetime', 'location'], error: 'x' } };
    expect(refusalText(400, body)).toMatch(/^it has neither a position nor a date and time\./);
    expect(reasonKey('', ['location'])).toBe('upload.reason.noPosition');
    expect(reasonKey('', ['datetime'])).toBe('upload.reason.noTime');
  });

  it('fall back to the words of the server, made one line', () => {
    expect(refusalText(400, { message: 'a\n\tb' })).toBe('a b');
    expect(refusalText(400, null)).toBe('the server gave no reason.');
    expect(refusalText(413, null)).toBe('it is larger than this server takes.');
  });
});

describe('retryAfter', () => {
  it('reads seconds and dates', () => {
    expect(retryAfter('3', 0)).toBe(3000);
    expect(retryAfter('-3', 0)).toBe(0);
    expect(retryAfter('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
    expect(retryAfter('soon', 0)).toBeNull();
    expect(retryAfter('', 0)).toBeNull();
    expect(retryAfter(null, 0)).toBeNull();
  });
});

describe('publish', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  function run(answers: (Response | Error)[]) {
    const calls: string[] = [];
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      calls.push(`${init.method ?? ''} ${path}`);
      const next = answers.shift() ?? new Error('unexpected request');
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    });
    const looks: (number | null)[] = [];
    const waits: number[] = [];
    const told: string[] = [];
    const done = publish('set', {
      signal: new AbortController().signal,
      untilWatched: () => Promise.resolve(),
      onFiles: (files) => told.push(...files.map(({ name, state }) => `${name} ${state}`)),
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      onLook: (set) => looks.push(set === null ? null : set.counts.prepared),
    });
    return { calls, looks, waits, told, done };
  }

  const set = (completed: boolean, ready: boolean, prepared: number): Response =>
    Response.json({ id: 'set', completed, ready, items_status: { prepared } });

  const files = (...states: string[]): Response =>
    Response.json({ files: states.map((state, index) => ({ file_name: `${index}.jpg`, state })) });

  it('completes the set and looks until it is ready, asking for the files when something changed', async () => {
    const { done, calls, looks, told } = run([
      set(false, false, 0),
      Response.json({}),
      set(true, false, 1),
      files('published', 'waiting'),
      set(true, false, 1),
      set(true, true, 2),
      files('published', 'published'),
    ]);
    expect((await done).ready).toBe(true);
    expect(calls).toEqual([
      'GET /api/upload_sets/set',
      'POST /api/upload_sets/set/complete',
      'GET /api/upload_sets/set',
      'GET /api/upload_sets/set/files?offset=0&limit=1000',
      'GET /api/upload_sets/set',
      'GET /api/upload_sets/set',
      'GET /api/upload_sets/set/files?offset=0&limit=1000',
    ]);
    expect(looks).toEqual([1, 1, 2]);
    expect(told).toEqual(['0.jpg published', '1.jpg waiting', '0.jpg published', '1.jpg published']);
  });

  it('does not complete twice', async () => {
    const { done, calls } = run([set(true, true, 0), set(true, true, 1), files('published')]);
    await done;
    expect(calls).not.toContain('POST /api/upload_sets/set/complete');
  });

  it('goes on through outages', async () => {
    const outage = new Response('', { status: 503 });
    const { done, looks, waits } = run([set(true, false, 0), new TypeError('offline'), outage, set(true, true, 1), files('published')]);
    await done;
    expect(looks).toEqual([null, null, 1]);
    expect(waits).toEqual([1000, 2000]);
  });

  it('gives up when the set is gone', async () => {
    const { done } = run([new Response('{"message":"no"}', { status: 404 })]);
    await expect(done).rejects.toMatchObject({ kind: 'notFound' });
  });
});

describe('FileList', () => {
  it('goes through a large set a few pages at a time, and passes over what is settled', async () => {
    const asked: number[] = [];
    const states = ['published', 'waiting', 'published'];
    const list = new FileList((offset, limit) => {
      const page = offset / PAGE_FILES;
      asked.push(page);
      const file = { name: '', state: states[page] ?? 'refused' } as UploadedFile;
      return Promise.resolve(Array.from({ length: page < states.length ? limit : 1 }, () => file));
    });
    let seen = 0;
    const count = (files: readonly UploadedFile[]): void => {
      seen += files.length;
    };
    await list.read(2, count);
    await list.read(2, count);
    expect(asked).toEqual([0, 1, 2, 3]);
    expect(seen).toBe(3 * PAGE_FILES + 1);
    await list.read(5, count);
    expect(asked.slice(4)).toEqual([1, 3]);
    await list.readAll(count);
    expect(asked.slice(6)).toEqual([0, 1, 2, 3]);
  });
});
